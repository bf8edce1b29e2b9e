// expect: fail kind=assertion|crash|use-after-free pattern=aba
// The same without the tag: get() of one thread, get-get-put of the other, and a slot is handed out twice.
#include <array>
#include <atomic>
#include <cassert>
#include <thread>

struct Slot {
  std::atomic<Slot*> next{nullptr};
  std::atomic<int> owner{0};
};

class FreeList {
 public:
  FreeList() {
    for (auto& s : slots_) put(&s);
  }
  void put(Slot* s) {
    Slot* old = head_.load();
    do {
      s->next.store(old, std::memory_order_relaxed);
    } while (!head_.compare_exchange_weak(old, s));
  }
  Slot* get() {
    Slot* old = head_.load();
    while (old) {
      Slot* next = old->next.load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(old, next)) return old;
    }
    return nullptr;
  }

 private:
  std::atomic<Slot*> head_{nullptr};
  std::array<Slot, 3> slots_;
};

int main() {
  FreeList list;
  std::thread a([&] {
    Slot* one = list.get();
    Slot* two = list.get();
    if (one) assert(one->owner.fetch_add(1) == 0);
    if (two) assert(two->owner.fetch_add(1) == 0);
    if (one) {
      one->owner.fetch_sub(1);
      list.put(one);
    }
  });
  for (int i = 0; i < 2; ++i) {
    if (Slot* s = list.get()) assert(s->owner.fetch_add(1) == 0);
  }
  a.join();
}
