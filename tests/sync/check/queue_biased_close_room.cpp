// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// close() takes the producers' end from a producer that is pushing, with room for all: what was pushed is popped, what
// was refused is not, and after the first refusal there is no success.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  queue_status first = queue_status::full;
  queue_status second = queue_status::full;
  std::thread producer([&] {
    first = queue.push(1);
    second = queue.push(2);
  });
  queue.close();
  producer.join();
  int got = 0;
  while (std::optional<int> v = queue.pop()) got += *v;
  assert(first == queue_status::success || second == queue_status::closed);
  assert(got == (first == queue_status::success ? 1 : 0) + (second == queue_status::success ? 2 : 0));
}
