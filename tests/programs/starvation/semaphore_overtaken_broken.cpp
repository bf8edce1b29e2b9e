// expect: fail kind=starvation object=permit
// A permit that is posted may be taken by anybody, before the one that waits for it.
#include <semaphore.h>

#include <thread>

sem_t permit;

void work() {
  for (;;) {
    sem_wait(&permit);
    sem_post(&permit);
  }
}

int main() {
  sem_init(&permit, 0, 1);
  std::thread a(work), b(work);
  a.join();
  b.join();
}
