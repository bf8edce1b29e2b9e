#include <assert.h>
#include <pthread.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int counter = 0;

int get(void) {
  pthread_mutex_lock(&mutex);
  int value = counter;
  pthread_mutex_unlock(&mutex);
  return value;
}

void set(int value) {
  pthread_mutex_lock(&mutex);
  counter = value;
  pthread_mutex_unlock(&mutex);
}

void *increment(void *unused) {
  set(get() + 1);
  return unused;
}

int main() {
  pthread_t other;
  pthread_create(&other, NULL, increment, NULL);
  increment(NULL);
  pthread_join(other, NULL);
  assert(get() == 2);
  return 0;
}
