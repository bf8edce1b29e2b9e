// expect: fail kind=starvation object=lock
// Readers that overlap starve the writer: pthread_rwlock_t prefers readers unless told otherwise.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
atomic_int done;

void* reads(void* argument) {
  while (!atomic_load(&done)) {
    pthread_rwlock_rdlock(&lock);
    pthread_rwlock_unlock(&lock);
  }
  return argument;
}

void* writes(void* argument) {
  pthread_rwlock_wrlock(&lock);
  atomic_store(&done, 1);
  pthread_rwlock_unlock(&lock);
  return argument;
}

int main(void) {
  pthread_t r1, r2, w;
  pthread_create(&r1, 0, reads, 0);
  pthread_create(&r2, 0, reads, 0);
  pthread_create(&w, 0, writes, 0);
  pthread_join(r1, 0);
  pthread_join(r2, 0);
  pthread_join(w, 0);
  return 0;
}
