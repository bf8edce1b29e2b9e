// One read-modify-write operation: whichever comes second reads what the first one wrote. Relaxed is enough for a sum;
// the join orders the last read.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> balance{0};

void deposit(int amount) { balance.fetch_add(amount, std::memory_order_relaxed); }

int main() {
  std::thread other(deposit, 100);
  deposit(50);
  other.join();
  assert(balance == 150 && "no deposit is lost");
}
