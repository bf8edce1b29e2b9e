// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
#include <cassert>
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"
#include "lockstep/sync/mutex.h"

lockstep::sync::mutex m;
lockstep::sync::condition not_empty, not_full;
int items, sum;

int main() {
  std::thread consumer([] {
    for (int i = 0; i < 2; ++i) {
      std::unique_lock lock(m);
      not_empty.wait(lock, [] { return items != 0; });
      --items;
      ++sum;
      not_full.notify_one();
    }
  });
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(m);
    not_full.wait(lock, [] { return items < 1; });
    ++items;
    not_empty.notify_one();
  }
  consumer.join();
  assert(sum == 2);
}
