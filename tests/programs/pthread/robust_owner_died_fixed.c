// expect: pass complete
// The owner of a robust mutex ends while holding it: the next locker gets EOWNERDEAD and makes it consistent.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
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
  int error = pthread_mutex_lock(&m);
  assert(error == EOWNERDEAD);
  error = pthread_mutex_consistent(&m);
  assert(error == 0);
  pthread_mutex_unlock(&m);
  error = pthread_mutex_lock(&m);
  assert(error == 0);
  pthread_mutex_unlock(&m);
  pthread_mutex_destroy(&m);
  return 0;
}
