// expect: pass complete
// compilers: gcc clang
// Both threads take the mutexes in the same order.
#include <mutex>
#include <thread>

std::mutex a, b;
int value;

void work() {
  std::lock_guard first(a);
  std::lock_guard second(b);
  ++value;
}

int main() {
  std::thread t(work);
  work();
  t.join();
}
