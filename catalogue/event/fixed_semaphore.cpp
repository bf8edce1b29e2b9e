// A signal is a permit: two of them are two, whenever the waiters come.
#include <semaphore.h>

#include <thread>

int main() {
  sem_t start;
  sem_init(&start, 0, 0);
  std::thread a([&] { sem_wait(&start); }), b([&] { sem_wait(&start); });
  sem_post(&start);
  sem_post(&start);
  a.join();
  b.join();
  sem_destroy(&start);
}
