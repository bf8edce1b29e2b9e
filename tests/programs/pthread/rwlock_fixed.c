// expect: pass complete
// A pthread rwlock with a reader that tries and a writer that waits.
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int a, b;

static void* writer(void* unused) {
  (void)unused;
  pthread_rwlock_wrlock(&lock);
  ++a;
  ++b;
  pthread_rwlock_unlock(&lock);
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, writer, NULL);
  if (pthread_rwlock_tryrdlock(&lock) == 0) {
    assert(a == b);
    pthread_rwlock_unlock(&lock);
  }
  pthread_rwlock_rdlock(&lock);
  assert(a == b);
  pthread_rwlock_unlock(&lock);
  pthread_join(t, NULL);
  pthread_rwlock_destroy(&lock);
  return 0;
}
