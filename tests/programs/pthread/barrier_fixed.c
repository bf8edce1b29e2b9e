// expect: pass complete
// compilers: gcc clang
// A pthread barrier: exactly one thread is the serial one.
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>

static pthread_barrier_t barrier;
static int cell[2], serial[2];

static void* work(void* p) {
  int me = *(int*)p;
  cell[me] = 1;
  serial[me] = pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
  assert(cell[1 - me] == 1);
  return NULL;
}

int main(void) {
  int ids[2] = {0, 1};
  pthread_t t;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&t, NULL, work, &ids[0]);
  work(&ids[1]);
  pthread_join(t, NULL);
  assert(serial[0] + serial[1] == 1);
  pthread_barrier_destroy(&barrier);
  return 0;
}
