// expect: pass|fail kind=deadlock
// A binary semaphore as a lock is right by the standard. libstdc++ 12 loses a wakeup here, though: an acquirer that saw
// the count 1, failed its sixteen tries and then sleeps on "the count is still 1" sleeps beside a free semaphore.
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
