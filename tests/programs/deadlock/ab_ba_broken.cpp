// expect: fail kind=deadlock pattern=lock-order-inversion
// compilers: gcc clang
// Two mutexes taken in opposite orders.
#include <mutex>
#include <thread>

std::mutex a, b;

int main() {
  std::thread t([] {
    std::lock_guard first(a);
    std::lock_guard second(b);
  });
  {
    std::lock_guard first(b);
    std::lock_guard second(a);
  }
  t.join();
}
