// Two accounts, moved between under both locks, in any order of the arguments.
#include <lockstep/sync/lock_all.h>
#include <lockstep/sync/mutex.h>

#include <cassert>
#include <thread>

struct account {
  lockstep::sync::mutex mutex;
  int balance = 1;
};

void move_one(account& from, account& to) {
  auto locks = lockstep::sync::lock_all(from.mutex, to.mutex);
  --from.balance;
  ++to.balance;
}

int main() {
  account a, b;
  std::thread other([&] { move_one(a, b); });
  move_one(b, a);
  other.join();
  assert(a.balance == 1 && b.balance == 1);
}
