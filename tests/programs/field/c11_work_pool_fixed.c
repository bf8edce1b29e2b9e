// expect: pass
// C11 threads: mtx, cnd, call_once, tss and stdatomic together.
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <threads.h>

static mtx_t mutex;
static cnd_t condition;
static tss_t scratch;
static once_flag once = ONCE_FLAG_INIT;
static int next_job, finished;
static atomic_int freed;

static void release(void* p) {
  free(p);
  atomic_fetch_add(&freed, 1);
}

static void setup(void) {
  mtx_init(&mutex, mtx_plain);
  cnd_init(&condition);
  tss_create(&scratch, release);
}

static int worker(void* argument) {
  (void)argument;
  call_once(&once, setup);
  tss_set(scratch, malloc(16));
  int done = 0;
  for (;;) {
    mtx_lock(&mutex);
    const int job = next_job < 3 ? next_job++ : -1;
    mtx_unlock(&mutex);
    if (job < 0) break;
    ++done;
  }
  mtx_lock(&mutex);
  finished += done;
  cnd_signal(&condition);
  mtx_unlock(&mutex);
  return done;
}

int main(void) {
  call_once(&once, setup);
  thrd_t t[2];
  for (int i = 0; i < 2; ++i) assert(thrd_create(&t[i], worker, NULL) == thrd_success);
  mtx_lock(&mutex);
  while (finished < 3) cnd_wait(&condition, &mutex);
  mtx_unlock(&mutex);
  int sum = 0;
  for (int i = 0; i < 2; ++i) {
    int result;
    thrd_join(t[i], &result);
    sum += result;
  }
  assert(sum == 3);
  assert(atomic_load(&freed) == 2);
  tss_delete(scratch);
  cnd_destroy(&condition);
  mtx_destroy(&mutex);
  return 0;
}
