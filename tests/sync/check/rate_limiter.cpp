// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Of two threads that want the last two tokens each gets what is left, and no third token is granted.
#include <lockstep/sync/rate_limiter.h>

#include <cassert>
#include <thread>

using namespace std::chrono_literals;

struct standing_still {
  std::int64_t now() const { return 0; }
  bool sleep_until(std::int64_t, const std::stop_token&) const { return false; }
};

int main() {
  lockstep::sync::basic_rate_limiter<standing_still> limiter(lockstep::sync::rate(1, 1s), 2, standing_still{});
  int granted[2] = {};
  std::thread a([&] { granted[0] = limiter.try_acquire() + limiter.try_acquire(); });
  granted[1] = limiter.try_acquire() + limiter.try_acquire();
  a.join();
  assert(granted[0] + granted[1] == 2);
}
