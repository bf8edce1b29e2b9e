// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A second consumer takes the end from the first one, which is popping: each value comes out once.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  queue.try_push(1);
  queue.try_push(2);
  int other = 0;
  std::thread first([&] { other = *queue.try_pop(); });
  int mine = *queue.try_pop();
  first.join();
  assert(mine + other == 3);
  assert(!queue.try_pop());
}
