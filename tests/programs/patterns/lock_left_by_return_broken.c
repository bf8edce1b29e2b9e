// expect: fail kind=deadlock pattern=leaked-lock object=table_lock
// main leaves a function early with its lock, and then joins a thread that needs it.
// fixed: pass
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static int table[8], used;

static int insert(int value) {
  pthread_mutex_lock(&table_lock);
  if (value < 0) return -EINVAL;
  table[used++] = value;
  pthread_mutex_unlock(&table_lock);
  return 0;
}

static void* client(void* argument) {
  (void)argument;
  insert(5);
  return NULL;
}

int main(void) {
  pthread_t other;
  insert(-1);
  pthread_create(&other, NULL, client, NULL);
  pthread_join(other, NULL);
}
