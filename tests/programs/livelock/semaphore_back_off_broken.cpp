// expect: fail kind=livelock
// tags: spin
// Two resources, one permit each; who cannot have the second gives the first back.
#include <semaphore.h>

#include <thread>

sem_t disk, tape;

void copy(sem_t* first, sem_t* second) {
  for (;;) {
    sem_wait(first);
    if (sem_trywait(second) == 0) break;
    sem_post(first);
  }
  sem_post(second);
  sem_post(first);
}

int main() {
  sem_init(&disk, 0, 1);
  sem_init(&tape, 0, 1);
  std::thread a(copy, &disk, &tape), b(copy, &tape, &disk);
  a.join();
  b.join();
}
