// expect: pass complete
// Timed waits on the realtime clock (default) and on the monotonic one (by attribute).
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t realtime = PTHREAD_COND_INITIALIZER, monotonic;
static int ready;

static void* work(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  ready = 1;
  pthread_cond_broadcast(&realtime);
  pthread_mutex_unlock(&m);
  return NULL;
}

int main(void) {
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&monotonic, &attr);
  pthread_condattr_destroy(&attr);
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 1;
  pthread_mutex_lock(&m);
  int error = 0;
  while (!ready && error == 0) error = pthread_cond_timedwait(&realtime, &m, &deadline);
  assert(error == 0 || error == ETIMEDOUT);
  assert(ready || error == ETIMEDOUT);
  pthread_mutex_unlock(&m);
  pthread_join(t, NULL);
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_nsec += 1000;
  pthread_mutex_lock(&m);
  error = pthread_cond_timedwait(&monotonic, &m, &deadline);
  assert(error == ETIMEDOUT);
  pthread_mutex_unlock(&m);
  pthread_cond_destroy(&monotonic);
  return 0;
}
