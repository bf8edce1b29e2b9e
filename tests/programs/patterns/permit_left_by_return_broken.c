// expect: fail kind=deadlock pattern=leaked-lock object=gate.slots
// A permit that an early return keeps.
// fixed: pass
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static struct {
  sem_t slots;
  int served;
} gate;

static int serve(int valid) {
  sem_wait(&gate.slots);
  if (!valid) return -1;
  gate.served++;
  sem_post(&gate.slots);
  return 0;
}

static void* client(void* valid) {
  serve(valid != NULL);
  return NULL;
}

int main(void) {
  pthread_t bad, good;
  sem_init(&gate.slots, 0, 1);
  pthread_create(&bad, NULL, client, NULL);
  pthread_create(&good, NULL, client, &gate);
  pthread_join(bad, NULL);
  pthread_join(good, NULL);
}
