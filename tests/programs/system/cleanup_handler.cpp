// expect: pass complete
// pthread_exit runs what pthread_cleanup_push has registered, innermost first.
#include <pthread.h>

#include <thread>

int order = 0;

int main() {
  pthread_t t;
  pthread_create(
      &t, nullptr,
      [](void*) -> void* {
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
        pthread_cleanup_push([](void*) { order = order * 10 + 1; }, nullptr);
        pthread_cleanup_push([](void*) { order = order * 10 + 2; }, nullptr);
        pthread_exit(nullptr);
        pthread_cleanup_pop(0);
        pthread_cleanup_pop(0);
        return nullptr;
      },
      nullptr);
  pthread_join(t, nullptr);
  return order == 21 ? 0 : 1;
}
