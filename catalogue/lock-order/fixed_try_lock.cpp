// Nobody insists: without the second lock the first one is given back, and after three attempts the transfer fails.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

struct Account {
  std::timed_mutex mutex;
  int balance = 100;
};

bool transfer(Account& from, Account& to, int amount) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::lock_guard lock_from(from.mutex);
    std::unique_lock lock_to(to.mutex, std::chrono::milliseconds(1 + attempt));
    if (!lock_to) continue;
    from.balance -= amount;
    to.balance += amount;
    return true;
  }
  return false;
}

int main() {
  Account alice, bob;
  bool there = false, back = false;
  std::thread other([&] { there = transfer(alice, bob, 10); });
  back = transfer(bob, alice, 5);
  other.join();
  assert(alice.balance + bob.balance == 200);
  assert(bob.balance == 100 + (there ? 10 : 0) - (back ? 5 : 0));
}
