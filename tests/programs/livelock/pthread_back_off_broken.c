// expect: fail kind=livelock
// tags: spin
// Lock one, try the other, give back, in opposite orders: with POSIX threads.
#include <pthread.h>
#include <sched.h>

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t* order[2][2] = {{&a, &b}, {&b, &a}};

void* move(void* argument) {
  pthread_mutex_t** mine = argument;
  for (;;) {
    pthread_mutex_lock(mine[0]);
    if (pthread_mutex_trylock(mine[1]) == 0) break;
    pthread_mutex_unlock(mine[0]);
    sched_yield();
  }
  pthread_mutex_unlock(mine[1]);
  pthread_mutex_unlock(mine[0]);
  return 0;
}

int main(void) {
  pthread_t x, y;
  pthread_create(&x, 0, move, order[0]);
  pthread_create(&y, 0, move, order[1]);
  pthread_join(x, 0);
  pthread_join(y, 0);
  return 0;
}
