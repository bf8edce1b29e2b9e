// expect: pass
// tags: spin
// A seqlock whose data are relaxed atomics between an acquire fence and a release fence.
#include <array>
#include <atomic>
#include <cassert>
#include <thread>

class Snapshot {
 public:
  void write(int v) {
    const unsigned s = sequence_.load(std::memory_order_relaxed);
    sequence_.store(s + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    for (auto& x : data_) x.store(v, std::memory_order_relaxed);
    sequence_.store(s + 2, std::memory_order_release);
  }
  std::array<int, 3> read() const {
    for (;;) {
      const unsigned before = sequence_.load(std::memory_order_acquire);
      if (before & 1) {
        std::this_thread::yield();
        continue;
      }
      std::array<int, 3> out;
      for (size_t i = 0; i < 3; ++i) out[i] = data_[i].load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (sequence_.load(std::memory_order_relaxed) == before) return out;
    }
  }

 private:
  std::atomic<unsigned> sequence_{0};
  std::array<std::atomic<int>, 3> data_{};
};

int main() {
  Snapshot snapshot;
  std::thread writer([&] {
    for (int v = 1; v < 3; ++v) snapshot.write(v);
  });
  const auto [a, b, c] = snapshot.read();
  assert(a == b && b == c);
  writer.join();
}
