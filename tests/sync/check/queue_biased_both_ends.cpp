// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Another thread takes both ends, one after the other, from one that is pushing: nothing is lost or doubled.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

int main() {
  lockstep::sync::bounded_queue<int> queue(3);
  queue.push(1);
  assert(queue.pop() == 1);  // both ends are this thread's
  std::optional<int> first;
  std::thread other([&] {
    queue.push(2);
    first = queue.pop();
  });
  queue.push(4);
  other.join();
  std::optional<int> second = queue.pop();
  assert(first && second && *first + *second == 6);
}
