// After Nidhugg's and GenMC's benchmark: writers each add one to their left neighbour's cell, a reader looks for the
// last zero. Few of the interleavings differ.
#include <stdatomic.h>

static atomic_int cell[N + 1];
static int number[N + 1];

static void* read_back(void* unused) {
  (void)unused;
  for (int i = N; atomic_load_explicit(&cell[i], memory_order_acquire) != 0; --i) {
  }
  return 0;
}

static void* add(void* argument) {
  int i = *(int*)argument;
  int left = atomic_load_explicit(&cell[i - 1], memory_order_acquire);
  atomic_store_explicit(&cell[i], left + 1, memory_order_release);
  return 0;
}

int main() {
  pthread_t t[N + 1];
  for (int i = 0; i <= N; ++i) {
    number[i] = i;
    pthread_create(&t[i], 0, i ? add : read_back, &number[i]);
  }
  return 0;
}
