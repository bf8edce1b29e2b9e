// expect: fail kind=deadlock
// compilers: gcc clang
// An early return forgets to release: the second acquire waits for ever.
#include <semaphore>
#include <thread>

std::counting_semaphore<1> slots(1);

void work(bool skip) {
  slots.acquire();
  if (skip) return;
  slots.release();
}

int main() {
  std::thread t(work, true);
  t.join();
  work(false);
}
