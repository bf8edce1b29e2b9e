// A reader-writer lock made of compare-exchange loops. It and what it protects lie on main's stack or, with -DSTATIC,
// do not: that makes no difference to what there is to explore, though others then write into the stack on which main
// spins, and functions leave different traces below it.
#include <assert.h>
#include <pthread.h>

#include <atomic>

struct Lock {
  std::atomic<unsigned> state{0};  // readers, and the top bit for a writer
  void* owner = nullptr;           // plain: who has it, for nobody but the holders

  void lock_shared() {
    unsigned seen = state.load(std::memory_order_relaxed);
    for (;;) {
      if (seen >> 31) {
        seen = state.load(std::memory_order_relaxed);
      } else if (state.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
        return;
      }
    }
  }
  void unlock_shared() {
    unsigned seen = state.load(std::memory_order_relaxed);
    while (!state.compare_exchange_weak(seen, seen - 1, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }
  void lock() {
    unsigned seen = 0;
    while (!state.compare_exchange_weak(seen, 1u << 31, std::memory_order_acquire, std::memory_order_relaxed)) seen = 0;
    owner = &seen;
  }
  void unlock() {
    owner = nullptr;
    state.store(0, std::memory_order_release);
  }
};

struct Shared {
  Lock lock;
  int a = 0, b = 0;
};

static void read(Shared& s) {
  s.lock.lock_shared();
  assert(s.a == s.b);
  s.lock.unlock_shared();
}

static void* reader(void* p) {
  read(*static_cast<Shared*>(p));
  return nullptr;
}

static void* writer(void* p) {
  Shared& s = *static_cast<Shared*>(p);
  s.lock.lock();
  ++s.a;
  ++s.b;
  s.lock.unlock();
  return nullptr;
}

int main() {
#ifdef STATIC
  static
#endif
      Shared s;
  pthread_t t, u;
  pthread_create(&t, nullptr, writer, &s);
  pthread_create(&u, nullptr, reader, &s);
  read(s);
  pthread_join(t, nullptr);
  pthread_join(u, nullptr);
  assert(s.a == 1);
}
