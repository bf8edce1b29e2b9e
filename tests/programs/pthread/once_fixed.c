// expect: pass complete
// pthread_once.
#include <assert.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int value;

static void initialise(void) { ++value; }

static void* work(void* unused) {
  (void)unused;
  pthread_once(&once, initialise);
  assert(value == 1);
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  work(NULL);
  pthread_join(t, NULL);
  return 0;
}
