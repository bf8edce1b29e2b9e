// expect: pass complete
// atexit from C: handlers run in reverse order after main.
#include <pthread.h>
#include <stdlib.h>

static int order;
static void first(void) {
  if (order != 1) abort();
}
static void second(void) { order = 1; }
static void* work(void* p) { return p; }

int main(void) {
  pthread_t t;
  if (atexit(first) || atexit(second)) return 2;
  pthread_create(&t, NULL, work, NULL);
  pthread_join(t, NULL);
  return 0;
}
