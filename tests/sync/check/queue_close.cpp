// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// close() against a push and a waiting pop: a push that succeeded is popped, one that was refused is not, and the
// consumer ends.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  queue_status pushed = queue_status::full;
  std::thread producer([&] { pushed = queue.push(1); });
  int got = 0;
  std::thread consumer([&] {
    while (std::optional<int> v = queue.pop()) got += *v;
  });
  queue.close();
  producer.join();
  consumer.join();
  assert(pushed == queue_status::success || pushed == queue_status::closed);
  assert(got == (pushed == queue_status::success ? 1 : 0));
}
