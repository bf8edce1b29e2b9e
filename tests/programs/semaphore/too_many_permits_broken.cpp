// expect: fail kind=data-race
// A semaphore meant as a lock is created with two permits.
#include <semaphore>
#include <thread>

std::counting_semaphore<2> lock(2);
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
}
