// expect: pass
// tags: spin
// The same with one order.
#include <pthread.h>
#include <sched.h>

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

void* move(void* argument) {
  (void)argument;
  for (;;) {
    pthread_mutex_lock(&a);
    if (pthread_mutex_trylock(&b) == 0) break;
    pthread_mutex_unlock(&a);
    sched_yield();
  }
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  return 0;
}

int main(void) {
  pthread_t x, y;
  pthread_create(&x, 0, move, 0);
  pthread_create(&y, 0, move, 0);
  pthread_join(x, 0);
  pthread_join(y, 0);
  return 0;
}
