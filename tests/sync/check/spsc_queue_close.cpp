// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// close() ends a consumer that waits, and does not hide the value that was pushed before it.
#include <cassert>
#include <thread>

#include "lockstep/sync/spsc_queue.h"

int main() {
  lockstep::sync::spsc_queue<int> queue(2);
  std::thread producer([&] {
    queue.push(1);
    queue.close();
  });
  assert(queue.pop() == 1);
  assert(!queue.pop());
  producer.join();
}
