// expect: pass complete
// A buffer handed over through an atomic pointer slot, taken by whoever comes first, the rest by main.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>
#include <vector>

using Buffer = std::vector<int>;

int main() {
  std::atomic<Buffer*> slot{nullptr};
  std::atomic<int> taken{0};
  std::thread producer([&] {
    auto b = std::make_unique<Buffer>(3, 7);
    delete slot.exchange(b.release(), std::memory_order_acq_rel);
  });
  auto take = [&] {
    if (std::unique_ptr<Buffer> b{slot.exchange(nullptr, std::memory_order_acq_rel)}) {
      assert(b->at(2) == 7);
      ++taken;
    }
  };
  std::thread consumer(take);
  take();
  producer.join();
  consumer.join();
  take();
  assert(taken == 1);
}
