// expect: pass complete
// mtx_timedlock with thrd_timedout handled, thrd_yield and thrd_sleep in between.
#include <assert.h>
#include <stddef.h>
#include <threads.h>
#include <time.h>

static mtx_t m;
static int value;

static int work(void* unused) {
  (void)unused;
  mtx_lock(&m);
  ++value;
  mtx_unlock(&m);
  return 0;
}

int main(void) {
  thrd_t t;
  struct timespec pause = {0, 1000}, deadline;
  mtx_init(&m, mtx_timed);
  thrd_create(&t, work, NULL);
  thrd_sleep(&pause, NULL);
  timespec_get(&deadline, TIME_UTC);
  deadline.tv_sec += 1;
  int status = mtx_timedlock(&m, &deadline);
  assert(status == thrd_success || status == thrd_timedout);
  if (status == thrd_success) {
    ++value;
    mtx_unlock(&m);
  }
  thrd_join(t, NULL);
  assert(value == (status == thrd_success ? 2 : 1));
  mtx_destroy(&m);
  return 0;
}
