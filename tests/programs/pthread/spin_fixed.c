// expect: pass complete
// A pthread spin lock: it is a lock like any other, and a blocked one is not retried.
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>

static pthread_spinlock_t lock;
static int counter;

static void* work(void* unused) {
  (void)unused;
  pthread_spin_lock(&lock);
  ++counter;
  pthread_spin_unlock(&lock);
  return NULL;
}

int main(void) {
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  work(NULL);
  pthread_join(t, NULL);
  pthread_spin_destroy(&lock);
  assert(counter == 2);
  return 0;
}
