// expect: pass
// The same with the fence (Le, Pop, Cohen, Zappa Nardelli: PPoPP 2013).
#include <array>
#include <atomic>
#include <cassert>
#include <thread>

class Deque {
 public:
  void push(int x) {
    const long b = bottom_.load(std::memory_order_relaxed);
    items_[static_cast<size_t>(b % 8)].store(x, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    bottom_.store(b + 1, std::memory_order_relaxed);
  }
  int take() {
    const long b = bottom_.load(std::memory_order_relaxed) - 1;
    bottom_.store(b, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    long t = top_.load(std::memory_order_relaxed);
    if (t > b) {
      bottom_.store(b + 1, std::memory_order_relaxed);
      return 0;
    }
    int x = items_[static_cast<size_t>(b % 8)].load(std::memory_order_relaxed);
    if (t != b) return x;
    if (!top_.compare_exchange_strong(t, t + 1, std::memory_order_seq_cst, std::memory_order_relaxed)) x = 0;
    bottom_.store(b + 1, std::memory_order_relaxed);
    return x;
  }
  int steal() {
    long t = top_.load(std::memory_order_acquire);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const long b = bottom_.load(std::memory_order_acquire);
    if (t >= b) return 0;
    const int x = items_[static_cast<size_t>(t % 8)].load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(t, t + 1, std::memory_order_seq_cst, std::memory_order_relaxed)) return 0;
    return x;
  }

 private:
  std::atomic<long> top_{0}, bottom_{0};
  std::array<std::atomic<int>, 8> items_{};
};

int main() {
  Deque deque;
  std::array<std::atomic<int>, 4> taken{};
  deque.push(1);
  deque.push(2);
  deque.push(3);
  std::thread thief([&] {
    for (int i = 0; i < 2; ++i) ++taken[static_cast<size_t>(deque.steal())];
  });
  for (int i = 0; i < 2; ++i) ++taken[static_cast<size_t>(deque.take())];
  thief.join();
  for (size_t i = 1; i < 4; ++i) assert(taken[i] <= 1);
}
