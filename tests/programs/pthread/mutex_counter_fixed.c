// expect: pass complete
// flags: -O2
// compilers: gcc clang
// A counter under a pthread mutex, in C.
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int counter;

static void* work(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  ++counter;
  pthread_mutex_unlock(&m);
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, work, NULL);
  work(NULL);
  pthread_join(t, NULL);
  assert(counter == 2);
  return 0;
}
