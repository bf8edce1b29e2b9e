// expect: fail kind=data-race
// sem_timedwait may time out; its result is ignored.
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static sem_t filled;
static int value;

static void* producer(void* unused) {
  (void)unused;
  value = 4;
  sem_post(&filled);
  return NULL;
}

int main(void) {
  pthread_t t;
  struct timespec deadline;
  sem_init(&filled, 0, 0);
  pthread_create(&t, NULL, producer, NULL);
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 1;
  sem_timedwait(&filled, &deadline);
  int seen = value;
  pthread_join(t, NULL);
  return seen > 4;
}
