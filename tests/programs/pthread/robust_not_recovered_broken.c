// expect: fail kind=assertion
// The same mutex unlocked without pthread_mutex_consistent: it is not recoverable afterwards.
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t m;

static void* owner(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  return NULL;
}

int main(void) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&m, &attr);
  pthread_mutexattr_destroy(&attr);
  pthread_t t;
  pthread_create(&t, NULL, owner, NULL);
  pthread_join(t, NULL);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  int error = pthread_mutex_lock(&m);
  assert(error == 0);
  return 0;
}
