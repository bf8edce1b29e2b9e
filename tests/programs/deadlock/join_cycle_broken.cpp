// expect: fail kind=deadlock
// Two threads join each other.
#include <pthread.h>

#include <atomic>

pthread_t first, second;
pthread_barrier_t ready;

void* join_second(void*) {
  pthread_barrier_wait(&ready);
  pthread_join(second, nullptr);
  return nullptr;
}

void* join_first(void*) {
  pthread_barrier_wait(&ready);
  pthread_join(first, nullptr);
  return nullptr;
}

int main() {
  pthread_barrier_init(&ready, nullptr, 3);
  pthread_create(&first, nullptr, join_second, nullptr);
  pthread_create(&second, nullptr, join_first, nullptr);
  pthread_barrier_wait(&ready);
  pthread_exit(nullptr);
}
