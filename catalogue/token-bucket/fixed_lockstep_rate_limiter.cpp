// The library's, with a clock that stands still: one token is there, whoever comes first.
#include <lockstep/sync/rate_limiter.h>

#include <cassert>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <thread>

struct StandingStill {
  std::int64_t now() const { return 0; }
  bool sleep_until(std::int64_t, const std::stop_token&) const { return false; }
};

using lockstep::sync::rate;
lockstep::sync::basic_rate_limiter<StandingStill> requests(rate(1, std::chrono::seconds(1)), 1);

int main() {
  bool other_got = false;
  std::thread other([&] { other_got = requests.try_acquire(); });
  const bool main_got = requests.try_acquire();
  other.join();
  assert(main_got != other_got && "one request a second");
}
