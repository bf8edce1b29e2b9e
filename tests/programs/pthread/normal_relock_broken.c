// expect: fail kind=deadlock pattern=self-deadlock
// A normal mutex locked twice by one thread.
#include <pthread.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  pthread_mutex_lock(&m);
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  pthread_join(t, NULL);
  return 0;
}
