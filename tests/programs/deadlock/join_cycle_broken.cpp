// expect: fail kind=deadlock
// Three threads join one another in a circle after main has left with pthread_exit.
#include <pthread.h>

pthread_t threads[3];
pthread_barrier_t ready;
int ids[3] = {0, 1, 2};

void* join_next(void* p) {
  pthread_barrier_wait(&ready);
  pthread_join(threads[(*static_cast<int*>(p) + 1) % 3], nullptr);
  return nullptr;
}

int main() {
  pthread_barrier_init(&ready, nullptr, 4);
  for (int& id : ids) pthread_create(&threads[id], nullptr, join_next, &id);
  pthread_barrier_wait(&ready);
  pthread_exit(nullptr);
}
