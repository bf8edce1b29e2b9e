// expect: pass complete
// flags: -O0
// compilers: gcc clang
// A key's destructor frees each thread's value at the thread's end.
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;
static int freed;

static void destroy(void* p) {
  ++freed;
  free(p);
}

static void* work(void* unused) {
  (void)unused;
  int* p = malloc(sizeof *p);
  *p = 1;
  pthread_setspecific(key, p);
  assert(*(int*)pthread_getspecific(key) == 1);
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_key_create(&key, destroy);
  pthread_create(&t, NULL, work, NULL);
  assert(pthread_getspecific(key) == NULL);
  pthread_join(t, NULL);
  assert(freed == 1);
  pthread_key_delete(key);
  return 0;
}
