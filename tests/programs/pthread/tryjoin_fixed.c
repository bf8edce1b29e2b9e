// expect: pass complete
// tryjoin either joins or says EBUSY; timedjoin may time out; join settles it.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

static int value;

static void* work(void* unused) {
  (void)unused;
  value = 1;
  return &value;
}

int main(void) {
  pthread_t t;
  void* result = NULL;
  struct timespec deadline;
  pthread_create(&t, NULL, work, NULL);
  int error = pthread_tryjoin_np(t, &result);
  if (error != 0) {
    assert(error == EBUSY);
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 1;
    error = pthread_timedjoin_np(t, &result, &deadline);
  }
  if (error != 0) {
    assert(error == ETIMEDOUT);
    pthread_join(t, &result);
  }
  assert(result == &value && value == 1);
  return 0;
}
