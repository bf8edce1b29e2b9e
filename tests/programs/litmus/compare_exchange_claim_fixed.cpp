// expect: pass complete
// Two threads claim one slot by compare-exchange: exactly one wins and writes the plain value.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> owner{0};
int value;

bool claim(int me) {
  int expected = 0;
  if (!owner.compare_exchange_strong(expected, me, std::memory_order_acq_rel)) return false;
  value = me;
  return true;
}

int main() {
  bool won = false;
  std::thread a([&] { won = claim(1); });
  bool mine = claim(2);
  a.join();
  assert(won != mine);
  assert(value == owner);
}
