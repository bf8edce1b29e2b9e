// expect: fail kind=leak
// A key without destructor: the thread's block is lost when it ends.
#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;

static void* work(void* unused) {
  (void)unused;
  pthread_setspecific(key, malloc(32));
  return NULL;
}

int main(void) {
  pthread_t t;
  pthread_key_create(&key, NULL);
  pthread_create(&t, NULL, work, NULL);
  pthread_join(t, NULL);
  pthread_key_delete(key);
  return 0;
}
