// expect: pass complete
// pthread_exit from a nested call gives the value that join returns; pthread_self and pthread_equal work.
#include <assert.h>
#include <pthread.h>

static pthread_t seen;
static int value = 5;

static void leave(void) { pthread_exit(&value); }

static void* work(void* unused) {
  seen = pthread_self();
  leave();
  return unused;
}

int main(void) {
  pthread_t t;
  void* result;
  pthread_create(&t, NULL, work, NULL);
  pthread_join(t, &result);
  assert(result == &value);
  assert(pthread_equal(seen, t) && !pthread_equal(t, pthread_self()));
  return 0;
}
