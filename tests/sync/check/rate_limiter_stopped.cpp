// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A stopped wait gives its place back unless someone stands behind it, and never more than its place.
#include <lockstep/sync/rate_limiter.h>

#include <cassert>
#include <thread>

using namespace std::chrono_literals;

struct always_stopped {
  std::int64_t now() const { return 0; }
  bool sleep_until(std::int64_t, const std::stop_token&) const { return false; }
};

int main() {
  lockstep::sync::basic_rate_limiter<always_stopped> limiter(lockstep::sync::rate(1, 1s), 1, always_stopped{});
  assert(limiter.try_acquire());
  std::thread a([&] { assert(!limiter.acquire_for(10s)); });
  assert(!limiter.acquire_for(10s));
  a.join();
  assert(limiter.time_to() == 1s || limiter.time_to() == 2s);
}
