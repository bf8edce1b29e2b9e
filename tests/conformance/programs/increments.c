// N threads add to one counter: every order is an execution of its own, N! of them.
#include <stdatomic.h>

static atomic_int x;

static void* add(void* unused) {
  (void)unused;
  atomic_fetch_add_explicit(&x, 1, memory_order_relaxed);
  return 0;
}

int main() {
  pthread_t t[N];
  for (int i = 0; i < N; ++i) pthread_create(&t[i], 0, add, 0);
  return 0;
}
