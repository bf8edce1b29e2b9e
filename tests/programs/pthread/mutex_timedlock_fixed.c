// expect: pass complete
// pthread_mutex_timedlock and pthread_mutex_clocklock.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int value;

static void* work(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  ++value;
  pthread_mutex_unlock(&m);
  return NULL;
}

int main(void) {
  pthread_t t;
  struct timespec deadline;
  pthread_create(&t, NULL, work, NULL);
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += 1;
  int error = pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &deadline);
  assert(error == 0 || error == ETIMEDOUT);
  if (error == 0) {
    ++value;
    pthread_mutex_unlock(&m);
  }
  pthread_join(t, NULL);
  assert(value == (error == 0 ? 2 : 1));
  return 0;
}
