// expect: fail kind=use-after-free
// flags: -O2
// compilers: gcc clang
// The owner frees under the lock; the other thread checks only that it got the lock.
#include <mutex>
#include <thread>

std::mutex m;
int* value = new int(1);

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    delete value;
  });
  {
    std::lock_guard lock(m);
    *value = 2;
  }
  t.join();
}
