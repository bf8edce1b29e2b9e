// A slot for each thread. The slots are atomic so that the count may be read while others count.
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <thread>

class Hits {
 public:
  void count(std::size_t slot) {
    // Only one thread writes a slot, so load and store are enough here.
    auto& mine = slots_[slot].hits;
    mine.store(mine.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  int value() const {
    int sum = 0;
    for (const Slot& slot : slots_) sum += slot.hits.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Slot {
    std::atomic<int> hits{0};
  };
  std::array<Slot, 2> slots_;
};

int main() {
  Hits hits;
  std::thread other([&] {
    hits.count(1);
    hits.count(1);
  });
  hits.count(0);
  const int meanwhile = hits.value();
  other.join();
  assert(meanwhile >= 1 && meanwhile <= 3);
  assert(hits.value() == 3);
}
