// The exchange compares with the balance that was checked: if it has changed, the check is made again.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> balance{100};

bool try_withdraw(int amount) {
  int checked = balance.load();
  do {
    if (checked < amount) return false;
  } while (!balance.compare_exchange_weak(checked, checked - amount));
  return true;
}

int main() {
  bool other_got = false;
  std::thread other([&] { other_got = try_withdraw(80); });
  const bool main_got = try_withdraw(70);
  other.join();
  assert(balance >= 0 && "no overdraft");
  assert(main_got != other_got && "one of them was refused");
}
