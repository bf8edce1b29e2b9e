// N threads enter a critical section once: N! orders, and none is cut because the lock was taken.
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int x;

static void* add(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  ++x;
  pthread_mutex_unlock(&m);
  return 0;
}

int main() {
  pthread_t t[N];
  for (int i = 0; i < N; ++i) pthread_create(&t[i], 0, add, 0);
  for (int i = 0; i < N; ++i) pthread_join(t[i], 0);
  assert(x == N);
  return 0;
}
