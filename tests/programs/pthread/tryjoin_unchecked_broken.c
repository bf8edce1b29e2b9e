// expect: fail kind=data-race
// tryjoin's EBUSY is ignored.
#define _GNU_SOURCE
#include <pthread.h>

static int value;

static void* work(void* unused) {
  (void)unused;
  value = 1;
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  int error = pthread_tryjoin_np(t, NULL);
  int seen = value;
  if (error != 0) pthread_join(t, NULL);
  return seen > 1;
}
