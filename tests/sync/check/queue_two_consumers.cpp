// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// Two consumers wait, two values come with one signal: the consumer that it wakes passes it on.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  std::optional<int> a;
  std::optional<int> b;
  std::thread first([&] { a = queue.pop(); });
  std::thread second([&] { b = queue.pop(); });
  int values[2] = {1, 2};
  queue.push_batch(values, 2);
  first.join();
  second.join();
  assert(*a + *b == 3);
}
