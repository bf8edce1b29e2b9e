// expect: pass complete
// C11 call_once, a tss key with destructor, and a thread_local variable.
#include <assert.h>
#include <stdlib.h>
#include <threads.h>

static once_flag once = ONCE_FLAG_INIT;
static tss_t key;
static thread_local int local = 1;

static void create_key(void) { tss_create(&key, free); }

static int work(void* unused) {
  (void)unused;
  call_once(&once, create_key);
  tss_set(key, malloc(8));
  ++local;
  assert(local == 2);
  return 0;
}

int main(void) {
  thrd_t t;
  thrd_create(&t, work, NULL);
  call_once(&once, create_key);
  thrd_join(t, NULL);
  assert(local == 1);
  return 0;
}
