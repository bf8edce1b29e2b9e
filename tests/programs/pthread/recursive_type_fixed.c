// expect: pass complete
// A recursive mutex through its attribute; trylock by the holder succeeds too.
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t m;
static int value;

static void* work(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  int error = pthread_mutex_trylock(&m);
  assert(error == 0);
  ++value;
  pthread_mutex_unlock(&m);
  ++value;
  pthread_mutex_unlock(&m);
  return NULL;
}

int main(void) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&m, &attr);
  pthread_mutexattr_destroy(&attr);
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  work(NULL);
  pthread_join(t, NULL);
  assert(value == 4);
  pthread_mutex_destroy(&m);
  return 0;
}
