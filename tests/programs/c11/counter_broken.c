// expect: fail kind=data-race
// C11 threads: an unlocked counter.
#include <stddef.h>
#include <threads.h>

static int counter;

static int work(void* unused) {
  (void)unused;
  ++counter;
  return 0;
}

int main(void) {
  thrd_t t;
  thrd_create(&t, work, NULL);
  work(NULL);
  thrd_join(t, NULL);
  return 0;
}
