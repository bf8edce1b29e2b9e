// expect: fail kind=deadlock pattern=lost-wakeup
// libstdc++ 12: std::counting_semaphore can lose its wakeup (docs/found/README.md).
#include <cassert>
#include <semaphore>
#include <thread>

std::binary_semaphore lock(1);
int value;

void work() {
  lock.acquire();
  ++value;
  lock.release();
}

int main() {
  std::thread t(work);
  work();
  t.join();
  assert(value == 2);
}
