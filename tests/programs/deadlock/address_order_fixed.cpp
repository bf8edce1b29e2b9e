// expect: pass complete
// Transfers in both directions lock the two accounts in the order of their addresses.
#include <cassert>
#include <functional>
#include <mutex>
#include <thread>

struct Account {
  std::mutex m;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  bool from_first = std::less<>()(&from, &to);
  std::lock_guard first(from_first ? from.m : to.m);
  std::lock_guard second(from_first ? to.m : from.m);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account x, y;
  std::thread t([&] { transfer(x, y, 10); });
  transfer(y, x, 30);
  t.join();
  assert(x.balance == 120 && y.balance == 80);
}
