// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A counter's reads never go back and never run ahead, count what happens before them, and in the end all adds are
// there; a thread that gets the slot of one that has ended goes on from its sum.
#include <lockstep/sync/counter.h>

#include <cassert>
#include <thread>

int main() {
  lockstep::sync::counter c(10);
  std::thread a([&] { c.add(); });
  std::thread reader([&] {
    std::int64_t first = c.value();
    std::int64_t second = c.value();
    assert(10 <= first && first <= second && second <= 13);
  });
  c.add();
  assert(c.value() >= 11);
  a.join();
  std::thread b([&] { c.add(); });
  b.join();
  reader.join();
  assert(c.value() == 13);
}
