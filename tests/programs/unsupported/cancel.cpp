// expect: unsupported
// A thread is cancelled.
#include <pthread.h>
#include <unistd.h>

int main() {
  pthread_t t;
  pthread_create(
      &t, nullptr,
      [](void*) -> void* {
        for (;;) sleep(1);
      },
      nullptr);
  pthread_cancel(t);
  pthread_join(t, nullptr);
}
