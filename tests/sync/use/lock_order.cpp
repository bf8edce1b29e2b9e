// expect: fail kind=deadlock pattern=lock-order-inversion object=alice
// flags: -llockstep_sync
// Locks of the library are called by their names, and what is wrong with them is said as of any lock.
#include <mutex>
#include <thread>

#include "lockstep/sync/mutex.h"

lockstep::sync::mutex first("alice"), second("bob");

int main() {
  std::thread other([] {
    std::lock_guard a(first);
    std::lock_guard b(second);
  });
  {
    std::lock_guard b(second);
    std::lock_guard a(first);
  }
  other.join();
}
