// expect: pass complete
// An error-checking mutex reports re-locking and foreign unlocking by its return value: no finding.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t m;

static void* foreign(void* unused) {
  (void)unused;
  int error = pthread_mutex_unlock(&m);
  assert(error == EPERM);
  return NULL;
}

int main(void) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&m, &attr);
  pthread_mutexattr_destroy(&attr);
  pthread_mutex_lock(&m);
  int error = pthread_mutex_lock(&m);
  assert(error == EDEADLK);
  pthread_t t;
  pthread_create(&t, NULL, foreign, NULL);
  pthread_join(t, NULL);
  pthread_mutex_unlock(&m);
  pthread_mutex_destroy(&m);
  return 0;
}
