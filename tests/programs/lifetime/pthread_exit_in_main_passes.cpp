// expect: pass complete
// main leaves with pthread_exit; the detached thread finishes, and the process ends with status 0.
#include <pthread.h>

int value;

void* work(void*) {
  value = 1;
  return nullptr;
}

int main() {
  pthread_t t;
  pthread_create(&t, nullptr, work, nullptr);
  pthread_detach(t);
  pthread_exit(nullptr);
}
