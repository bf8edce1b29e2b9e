// A compare-and-swap lock: a failed attempt is a read that changes nothing, so the complete executions are the N!
// orders.
#include <stdatomic.h>

static atomic_int held;
static int x;

static void* add(void* unused) {
  (void)unused;
  int expected = 0;
  while (!atomic_compare_exchange_strong_explicit(&held, &expected, 1, memory_order_acquire, memory_order_relaxed)) {
    expected = 0;
  }
  ++x;
  atomic_store_explicit(&held, 0, memory_order_release);
  return 0;
}

int main() {
  pthread_t t[2];
  for (int i = 0; i < 2; ++i) pthread_create(&t[i], 0, add, 0);
  return 0;
}
