// The order of arrival at a barrier means nothing: one execution.
static pthread_barrier_t b;

static void* come(void* unused) {
  (void)unused;
  pthread_barrier_wait(&b);
  pthread_barrier_wait(&b);
  return 0;
}

int main() {
  pthread_t t[N];
  pthread_barrier_init(&b, 0, N);
  for (int i = 0; i < N; ++i) pthread_create(&t[i], 0, come, 0);
  return 0;
}
