// expect: pass complete
// A thread created detached with a stack size of its own; a semaphore tells that its work is done.
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>

static sem_t done;
static int value;

static void* work(void* unused) {
  (void)unused;
  value = 1;
  sem_post(&done);
  return NULL;
}

int main(void) {
  pthread_attr_t attr;
  pthread_t t;
  sem_init(&done, 0, 0);
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attr, 256 * 1024);
  pthread_create(&t, &attr, work, NULL);
  pthread_attr_destroy(&attr);
  sem_wait(&done);
  assert(value == 1);
  return 0;
}
