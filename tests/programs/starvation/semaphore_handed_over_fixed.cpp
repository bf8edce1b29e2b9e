// expect: pass
// options: --time 2s --depth 4000
// Two semaphores hand the turn over: nobody can take it twice.
#include <semaphore.h>

#include <thread>

sem_t turn[2];

void work(int me) {
  for (;;) {
    sem_wait(&turn[me]);
    sem_post(&turn[1 - me]);
  }
}

int main() {
  sem_init(&turn[0], 0, 1);
  sem_init(&turn[1], 0, 0);
  std::thread a(work, 0), b(work, 1);
  a.join();
  b.join();
}
