// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
#include "lockstep/sync/shared_mutex.h"

#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

lockstep::sync::shared_mutex m;
int x, y;

int main() {
  auto read = [] {
    std::shared_lock lock(m);
    assert(x == y);
  };
  std::thread one(read), two(read);
  {
    std::lock_guard lock(m);
    ++x;
    ++y;
  }
  one.join();
  two.join();
}
