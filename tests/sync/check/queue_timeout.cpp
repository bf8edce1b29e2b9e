// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A pop whose time may be up at any moment against the push that would end it: either it has the value or the queue
// has.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using namespace std::chrono_literals;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  std::optional<int> timed;
  std::thread impatient([&] { timed = queue.pop_until(std::chrono::steady_clock::time_point(1s)); });
  queue.push(1);
  impatient.join();
  std::optional<int> left = queue.try_pop();
  assert(timed.has_value() != left.has_value());
}
