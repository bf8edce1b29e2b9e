// Runs a program in the notation of axiomatic.cpp (argv[1]), plus operations that it does not know: T N lock mutex N if
// it is free, then unlock it; P N, V N, Y N wait for, post and try semaphore N; D N, E N read-lock and write-lock a
// reader-writer lock and unlock it; N wait for a flag under a condition variable; Z set it and notify.
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace {

struct Operation {
  char kind;
  int place, value, expected;
  bool relative;
  std::memory_order order;
};
constexpr int kThreads = 6;
constexpr int kOperations = 32;
Operation operations[kThreads][kOperations];
int counts[kThreads];
int threads;

struct alignas(64) Cell {
  std::atomic<int> value{0};
};
Cell cells[10];
pthread_mutex_t mutexes[10];
sem_t semaphores[10];
pthread_rwlock_t rwlocks[10];
pthread_mutex_t flag_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t flag_set = PTHREAD_COND_INITIALIZER;
bool flag;

std::memory_order order_of(char c) {
  switch (c) {
    case 'a':
      return std::memory_order_acquire;
    case 'r':
      return std::memory_order_release;
    case 'b':
      return std::memory_order_acq_rel;
    case 's':
      return std::memory_order_seq_cst;
    default:
      return std::memory_order_relaxed;
  }
}

void parse(const char* p) {
  int t = 0;
  auto blank = [&] {
    while (*p == ' ') ++p;
  };
  auto number = [&] {
    blank();
    char* end;
    const long n = std::strtol(p, &end, 10);
    p = end;
    return static_cast<int>(n);
  };
  for (; *p; ++p) {
    blank();
    if (*p == '|') {
      ++t;
      continue;
    }
    if (*p == ';' || !*p) {
      if (!*p) break;
      continue;
    }
    Operation& o = operations[t][counts[t]++];
    o.kind = *p++;
    if (o.kind != 'F' && o.kind != 'S' && o.kind != 'N' && o.kind != 'Z') o.place = number();
    if (o.kind == 'C' || o.kind == 'S') o.expected = number();
    if (std::strchr("WAXC", o.kind)) {
      blank();
      if (*p == 'd') {
        o.relative = true;
        ++p;
      }
      o.value = number();
    }
    if (std::strchr("WRAXCF", o.kind)) {
      blank();
      o.order = order_of(*p++);
    }
    --p;
  }
  threads = t + 1;
}

// Orders that an operation cannot have are not generated, so each switch is complete.
void store(std::atomic<int>& a, int v, std::memory_order o) {
  if (o == std::memory_order_relaxed) a.store(v, std::memory_order_relaxed);
  if (o == std::memory_order_release) a.store(v, std::memory_order_release);
  if (o == std::memory_order_seq_cst) a.store(v, std::memory_order_seq_cst);
}
int load(std::atomic<int>& a, std::memory_order o) {
  if (o == std::memory_order_acquire) return a.load(std::memory_order_acquire);
  if (o == std::memory_order_seq_cst) return a.load(std::memory_order_seq_cst);
  return a.load(std::memory_order_relaxed);
}
template <class F>
int with_order(std::memory_order o, F f) {
  switch (o) {
    case std::memory_order_acquire:
      return f(std::integral_constant<std::memory_order, std::memory_order_acquire>());
    case std::memory_order_release:
      return f(std::integral_constant<std::memory_order, std::memory_order_release>());
    case std::memory_order_acq_rel:
      return f(std::integral_constant<std::memory_order, std::memory_order_acq_rel>());
    case std::memory_order_seq_cst:
      return f(std::integral_constant<std::memory_order, std::memory_order_seq_cst>());
    default:
      return f(std::integral_constant<std::memory_order, std::memory_order_relaxed>());
  }
}

void* run(void* argument) {
  const int t = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
  int last = 0;
  for (int i = 0; i < counts[t]; ++i) {
    const Operation& o = operations[t][i];
    std::atomic<int>& a = cells[o.place].value;
    const int operand = o.relative ? last + o.value : o.value;
    switch (o.kind) {
      case 'W':
        store(a, operand, o.order);
        break;
      case 'R':
        last = load(a, o.order);
        break;
      case 'A':
        last = with_order(o.order, [&](auto m) { return a.fetch_add(operand, m); });
        break;
      case 'X':
        last = with_order(o.order, [&](auto m) { return a.exchange(operand, m); });
        break;
      case 'C':
        last = with_order(o.order, [&](auto m) {
          int expected = o.expected;
          a.compare_exchange_strong(expected, operand, m);
          return expected;
        });
        break;
      case 'F':
        with_order(o.order, [&](auto m) {
          std::atomic_thread_fence(m);
          return 0;
        });
        break;
      case 'S':
        if (last == o.expected) ++i;
        break;
      case 'L':
        pthread_mutex_lock(&mutexes[o.place]);
        break;
      case 'U':
        pthread_mutex_unlock(&mutexes[o.place]);
        break;
      case 'T':
        last = pthread_mutex_trylock(&mutexes[o.place]) ? 0 : 1;
        if (last) pthread_mutex_unlock(&mutexes[o.place]);
        break;
      case 'P':
        sem_wait(&semaphores[o.place]);
        break;
      case 'V':
        sem_post(&semaphores[o.place]);
        break;
      case 'Y':
        last = sem_trywait(&semaphores[o.place]) ? 0 : 1;
        break;
      case 'D':
        pthread_rwlock_rdlock(&rwlocks[o.place]);
        pthread_rwlock_unlock(&rwlocks[o.place]);
        break;
      case 'E':
        pthread_rwlock_wrlock(&rwlocks[o.place]);
        pthread_rwlock_unlock(&rwlocks[o.place]);
        break;
      case 'N':
        pthread_mutex_lock(&flag_mutex);
        while (!flag) pthread_cond_wait(&flag_set, &flag_mutex);
        pthread_mutex_unlock(&flag_mutex);
        break;
      case 'Z':
        pthread_mutex_lock(&flag_mutex);
        flag = true;
        pthread_cond_broadcast(&flag_set);
        pthread_mutex_unlock(&flag_mutex);
        break;
      default:
        std::abort();
    }
  }
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  parse(argv[1]);
  for (int i = 0; i < 10; ++i) {
    pthread_mutex_init(&mutexes[i], nullptr);
    sem_init(&semaphores[i], 0, 0);
    pthread_rwlock_init(&rwlocks[i], nullptr);
  }
  pthread_t handle[kThreads];
  for (int t = 0; t < threads; ++t) {
    pthread_create(&handle[t], nullptr, run, reinterpret_cast<void*>(static_cast<std::intptr_t>(t)));
  }
  for (int t = 0; t < threads; ++t) pthread_join(handle[t], nullptr);
}
