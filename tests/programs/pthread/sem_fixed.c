// expect: pass complete
// compilers: gcc clang
// An unnamed POSIX semaphore signals that the value is there.
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>

static sem_t filled;
static int value;

static void* producer(void* unused) {
  (void)unused;
  value = 4;
  sem_post(&filled);
  return NULL;
}

int main(void) {
  pthread_t t;
  sem_init(&filled, 0, 0);
  pthread_create(&t, NULL, producer, NULL);
  sem_wait(&filled);
  assert(value == 4);
  pthread_join(t, NULL);
  sem_destroy(&filled);
  return 0;
}
