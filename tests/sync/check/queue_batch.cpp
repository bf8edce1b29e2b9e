// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// Batches keep their order and lose nothing, across the end of the ring and with less room than values.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  std::thread producer([&] {
    int values[3] = {1, 2, 3};
    assert(queue.push_batch(values, 3) == 3);
  });
  int got[3] = {};
  std::size_t n = 0;
  while (n < 3) n += queue.pop_batch(got + n, 3 - n);
  producer.join();
  assert(n == 3 && got[0] == 1 && got[1] == 2 && got[2] == 3);
}
