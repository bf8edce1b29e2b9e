// expect: pass complete
// options: --mode exhaustive --paranoid
// Loops around a compare-exchange of an atomic that lies in main's stack: what main's own loop looks like depends on
// the order in which the others ran, which must not make the program look nondeterministic.
#include <atomic>
#include <cassert>
#include <thread>

struct Limiter {
  std::atomic<long> arrival{0};

  bool take() {
    long seen = arrival.load(std::memory_order_relaxed);
    for (;;) {
      if (seen == 2) return false;
      if (arrival.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) return true;
    }
  }
  void reserve_and_give_back() {
    long seen = arrival.load(std::memory_order_relaxed), next;
    do {
      next = seen + 1;
    } while (!arrival.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    arrival.compare_exchange_strong(next, seen, std::memory_order_relaxed);
  }
};

int main() {
  Limiter limiter;
  std::thread a([&] { limiter.take(); });
  limiter.take();
  a.join();
  std::thread b([&] { limiter.reserve_and_give_back(); });
  limiter.reserve_and_give_back();
  b.join();
  assert(limiter.arrival >= 2);
}
