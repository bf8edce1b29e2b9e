// expect: fail kind=deadlock
// A reader takes the shared lock again while a writer waits: with a lock that prefers writers the second read lock
// waits for the writer, and the writer for the first.
#include <pthread.h>

pthread_rwlock_t lock;

void* write(void*) {
  pthread_rwlock_wrlock(&lock);
  pthread_rwlock_unlock(&lock);
  return nullptr;
}

int main() {
  pthread_rwlockattr_t attr;
  pthread_rwlockattr_init(&attr);
  pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&lock, &attr);
  pthread_t writer;
  pthread_create(&writer, nullptr, write, nullptr);
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_join(writer, nullptr);
  pthread_rwlock_destroy(&lock);
}
