// expect: fail kind=data-race pattern=read-modify-write object=list.length
// Everything in the list changes under its lock, but its length.
// fixed: pass
#include <pthread.h>
#include <stddef.h>

struct node {
  struct node* next;
};

static struct {
  struct node* head;
  int length;
  pthread_mutex_t lock;
} list = {NULL, 0, PTHREAD_MUTEX_INITIALIZER};

static void* insert(void* node) {
  pthread_mutex_lock(&list.lock);
  ((struct node*)node)->next = list.head;
  list.head = node;
  pthread_mutex_unlock(&list.lock);
  list.length++;
  return NULL;
}

int main(void) {
  struct node nodes[2];
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, insert, &nodes[i]);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  return list.length != 2;
}
