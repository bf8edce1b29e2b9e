// The split, and the compiler knows it: with clang++ -Wthread-safety a note_locked() without the lock is a warning.
#include <lockstep/sync/annotations.h>
#include <lockstep/sync/lock_guard.h>
#include <lockstep/sync/mutex.h>

#include <cassert>
#include <thread>

class Account {
 public:
  void deposit(int amount) LOCKSTEP_EXCLUDES(mutex_) {
    const lockstep::sync::lock_guard lock(mutex_);
    balance_ += amount;
    note_locked();
  }
  int deposits() LOCKSTEP_EXCLUDES(mutex_) {
    const lockstep::sync::lock_guard lock(mutex_);
    return deposits_;
  }

 private:
  void note_locked() LOCKSTEP_REQUIRES(mutex_) { ++deposits_; }

  lockstep::sync::mutex mutex_;
  int balance_ LOCKSTEP_GUARDED_BY(mutex_) = 0;
  int deposits_ LOCKSTEP_GUARDED_BY(mutex_) = 0;
};

int main() {
  Account account;
  std::thread other([&] { account.deposit(10); });
  account.deposit(20);
  other.join();
  assert(account.deposits() == 2);
}
