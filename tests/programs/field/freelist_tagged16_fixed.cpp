// expect: pass
// flags: -mcx16 -latomic
// A freelist of slots with a pointer and a tag in sixteen bytes.
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

struct Slot {
  std::atomic<Slot*> next{nullptr};
  std::atomic<int> owner{0};
};
struct alignas(16) Head {
  Slot* first;
  std::uint64_t tag;
};

class FreeList {
 public:
  FreeList() {
    for (auto& s : slots_) put(&s);
  }
  void put(Slot* s) {
    Head old = head_.load();
    Head wanted;
    do {
      s->next.store(old.first, std::memory_order_relaxed);
      wanted = {s, old.tag + 1};
    } while (!head_.compare_exchange_weak(old, wanted));
  }
  Slot* get() {
    Head old = head_.load();
    while (old.first) {
      const Head wanted{old.first->next.load(std::memory_order_relaxed), old.tag + 1};
      if (head_.compare_exchange_weak(old, wanted)) return old.first;
    }
    return nullptr;
  }

 private:
  std::atomic<Head> head_{Head{nullptr, 0}};
  std::array<Slot, 2> slots_;
};

int main() {
  FreeList list;
  auto work = [&] {
    for (int i = 0; i < 2; ++i) {
      Slot* s = list.get();
      assert(s);
      assert(s->owner.fetch_add(1) == 0);
      s->owner.fetch_sub(1);
      list.put(s);
    }
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
}
