// expect: pass complete
// C11 threads: mutex and condition variable.
#include <assert.h>
#include <stdlib.h>
#include <threads.h>

static mtx_t m;
static cnd_t c;
static int ready;

static int work(void* unused) {
  (void)unused;
  mtx_lock(&m);
  ready = 1;
  cnd_signal(&c);
  mtx_unlock(&m);
  return 3;
}

int main(void) {
  thrd_t t;
  int result;
  mtx_init(&m, mtx_plain);
  cnd_init(&c);
  thrd_create(&t, work, NULL);
  mtx_lock(&m);
  while (!ready) cnd_wait(&c, &m);
  mtx_unlock(&m);
  thrd_join(t, &result);
  assert(result == 3);
  cnd_destroy(&c);
  mtx_destroy(&m);
  return 0;
}
