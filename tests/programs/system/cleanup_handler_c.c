// expect: pass complete
// Cleanup handlers of C code, which are jumped to: pthread_exit deep in a call runs them all, innermost first.
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

static int order = 0;

static void handler(void* digit) { order = order * 10 + (int)(intptr_t)digit; }

static void inner(void) {
  pthread_cleanup_push(handler, (void*)3);
  pthread_exit((void*)7);
  pthread_cleanup_pop(0);
}

static void* body(void* argument) {
  pthread_cleanup_push(handler, (void*)1);
  pthread_cleanup_push(handler, (void*)2);
  pthread_cleanup_push(handler, (void*)9);
  pthread_cleanup_pop(0);
  inner();
  pthread_cleanup_pop(0);
  pthread_cleanup_pop(0);
  return argument;
}

int main(void) {
  for (int i = 0; i < 2; i++) {
    pthread_t t;
    void* result;
    order = 0;
    pthread_create(&t, NULL, body, NULL);
    pthread_join(t, &result);
    if (order != 321 || result != (void*)7) return 1;
  }
  return 0;
}
