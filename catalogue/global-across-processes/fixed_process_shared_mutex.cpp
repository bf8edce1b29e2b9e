// PTHREAD_PROCESS_SHARED: for all who map it. Robust: if the owner dies, the next one is told and repairs.
#include <pthread.h>
#include <sys/mman.h>

#include <cassert>
#include <cerrno>
#include <thread>

struct Shared {
  pthread_mutex_t mutex;
  int requests;
};

void serve(Shared* shared) {
  if (pthread_mutex_lock(&shared->mutex) == EOWNERDEAD) pthread_mutex_consistent(&shared->mutex);
  ++shared->requests;
  pthread_mutex_unlock(&shared->mutex);
}

int main() {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert(memory != MAP_FAILED);
  auto* shared = static_cast<Shared*>(memory);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&shared->mutex, &attributes);
  std::thread worker_a(serve, shared), worker_b(serve, shared);
  worker_a.join();
  worker_b.join();
  assert(shared->requests == 2 && "all requests are counted");
  pthread_mutex_destroy(&shared->mutex);
  munmap(memory, sizeof(Shared));
}
