// expect: fail kind=deadlock pattern=blocked-loop object=tail|head|jobs[1]
// A worker waits inside of a job for another job of the same queue, which it alone could run.
#include <pthread.h>

typedef void (*job_t)(void);

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_more = PTHREAD_COND_INITIALIZER;
static job_t jobs[8];
static int head, tail;

static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done_changed = PTHREAD_COND_INITIALIZER;
static int done;

static void submit(job_t job) {
  pthread_mutex_lock(&queue_lock);
  jobs[tail++] = job;
  pthread_cond_signal(&queue_more);
  pthread_mutex_unlock(&queue_lock);
}

static job_t take(void) {
  pthread_mutex_lock(&queue_lock);
  while (head == tail) pthread_cond_wait(&queue_more, &queue_lock);
  job_t job = jobs[head++];
  pthread_mutex_unlock(&queue_lock);
  return job;
}

static void finish(void) {
  pthread_mutex_lock(&done_lock);
  done = 1;
  pthread_cond_signal(&done_changed);
  pthread_mutex_unlock(&done_lock);
}

static void start_and_wait(void) {
  submit(finish);
  pthread_mutex_lock(&done_lock);
  while (!done) pthread_cond_wait(&done_changed, &done_lock);
  pthread_mutex_unlock(&done_lock);
}

static void* worker(void* unused) {
  (void)unused;
  for (int i = 0; i < 2; ++i) take()();
  return 0;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, worker, 0);
  submit(start_and_wait);
  pthread_join(thread, 0);
}
