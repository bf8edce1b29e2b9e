// expect: fail kind=deadlock
// One condition variable for "not empty" and "not full" with pthread_cond_signal: the wrong thread is woken.
#include <pthread.h>
#include <stdlib.h>

#define CAPACITY 1
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int count;

static void* producer(void* argument) {
  (void)argument;
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_lock(&mutex);
    while (count == CAPACITY) pthread_cond_wait(&changed, &mutex);
    count++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void* consumer(void* argument) {
  (void)argument;
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_lock(&mutex);
    while (count == 0) pthread_cond_wait(&changed, &mutex);
    count--;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(void) {
  pthread_t t[4];
  for (int i = 0; i < 4; ++i) pthread_create(&t[i], NULL, i < 2 ? producer : consumer, NULL);
  for (int i = 0; i < 4; ++i) pthread_join(t[i], NULL);
  return 0;
}
