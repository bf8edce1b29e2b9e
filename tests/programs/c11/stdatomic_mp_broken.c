// expect: fail kind=assertion
// compilers: gcc clang
// C11 atomics: relaxed message passing.
#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <threads.h>

static atomic_int data, flag;

static int work(void* unused) {
  (void)unused;
  atomic_store_explicit(&data, 1, memory_order_relaxed);
  atomic_store_explicit(&flag, 1, memory_order_relaxed);
  return 0;
}

int main(void) {
  thrd_t t;
  thrd_create(&t, work, NULL);
  if (atomic_load_explicit(&flag, memory_order_acquire)) {
    int d = atomic_load_explicit(&data, memory_order_relaxed);
    assert(d == 1);
  }
  thrd_join(t, NULL);
  return 0;
}
