// expect: pass
// compilers: gcc clang
// The same queue with a condition variable for each condition.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable not_empty, not_full;
int size;

void put() {
  std::unique_lock lock(m);
  not_full.wait(lock, [] { return size == 0; });
  ++size;
  not_empty.notify_one();
}

void take() {
  std::unique_lock lock(m);
  not_empty.wait(lock, [] { return size == 1; });
  --size;
  not_full.notify_one();
}

int main() {
  std::thread a(take);
  std::thread b(take);
  put();
  put();
  a.join();
  b.join();
}
