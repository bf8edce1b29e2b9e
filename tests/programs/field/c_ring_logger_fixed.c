// expect: pass
// A ring buffer between two producers and a consumer in C: mutex and two condition variables, snprintf lines.
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 2
struct ring {
  pthread_mutex_t mutex;
  pthread_cond_t not_empty, not_full;
  char* items[CAPACITY];
  int head, count, producers;
};
static struct ring ring = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, {0}, 0, 0, 2};

static void push(struct ring* r, char* item) {
  pthread_mutex_lock(&r->mutex);
  while (r->count == CAPACITY) pthread_cond_wait(&r->not_full, &r->mutex);
  r->items[(r->head + r->count++) % CAPACITY] = item;
  pthread_cond_signal(&r->not_empty);
  pthread_mutex_unlock(&r->mutex);
}

static char* pop(struct ring* r) {
  char* item = NULL;
  pthread_mutex_lock(&r->mutex);
  while (r->count == 0 && r->producers > 0) pthread_cond_wait(&r->not_empty, &r->mutex);
  if (r->count > 0) {
    item = r->items[r->head];
    r->head = (r->head + 1) % CAPACITY;
    r->count--;
    pthread_cond_signal(&r->not_full);
  }
  pthread_mutex_unlock(&r->mutex);
  return item;
}

static void* producer(void* argument) {
  for (int i = 0; i < 2; ++i) {
    char* line = malloc(40);
    snprintf(line, 40, "producer %s line %d", (const char*)argument, i);
    push(&ring, line);
  }
  pthread_mutex_lock(&ring.mutex);
  ring.producers--;
  pthread_cond_signal(&ring.not_empty);
  pthread_mutex_unlock(&ring.mutex);
  return NULL;
}

int main(void) {
  pthread_t a, b;
  pthread_create(&a, NULL, producer, "a");
  pthread_create(&b, NULL, producer, "b");
  int lines = 0;
  for (char* line; (line = pop(&ring)); ++lines) {
    assert(strncmp(line, "producer ", 9) == 0);
    free(line);
  }
  pthread_join(a, NULL);
  pthread_join(b, NULL);
  assert(lines == 4);
  return 0;
}
