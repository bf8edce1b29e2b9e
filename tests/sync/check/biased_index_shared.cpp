// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// share() against an owner that claims: the position that it returns has all claims that hold in it, and nobody moves it
// by a store any more; what was written before them is seen.
#include <cassert>
#include <thread>

#include "claims.h"

constexpr std::uint64_t kClosed = 1U << 8;

int main() {
  lockstep::sync::internal::biased_index index;
  std::uint64_t claimed = 0;
  int written = 0;
  std::thread owner([&] {
    auto unless_closed = [](std::uint64_t p) { return p & kClosed ? p : p + 1; };
    while (claimed < 2) {
      auto c = index.claim(unless_closed);
      if (c) {
        assert(c.from == claimed);
        if (++claimed == 1) written = 1;
      } else if (c.from & kClosed) {
        break;
      }
    }
  });
  std::uint64_t at_close = index.share().fetch_or(kClosed);
  if (at_close == 2) assert(written == 1);
  owner.join();
  assert(at_close == claimed);
  assert(index.load() == (claimed | kClosed));
}
