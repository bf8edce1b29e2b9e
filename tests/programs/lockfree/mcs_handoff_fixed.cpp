// expect: pass
// tags: spin
// An MCS queue lock: each waiter spins on its own node.
#include <atomic>
#include <cassert>
#include <thread>

struct Waiter {
  std::atomic<Waiter*> next{nullptr};
  std::atomic<bool> go{false};
};
std::atomic<Waiter*> tail{nullptr};
int counter;

void increment() {
  Waiter me;
  if (Waiter* before = tail.exchange(&me, std::memory_order_acq_rel)) {
    before->next.store(&me, std::memory_order_release);
    while (!me.go.load(std::memory_order_acquire)) {
    }
  }
  ++counter;
  Waiter* expected = &me;
  if (!tail.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
    Waiter* next;
    while ((next = me.next.load(std::memory_order_acquire)) == nullptr) {
    }
    next->go.store(true, std::memory_order_release);
  }
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
  assert(counter == 2);
}
