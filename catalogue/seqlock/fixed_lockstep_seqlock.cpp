// The library's: any trivially copyable type, several writers, and a reader that tries again by itself.
#include <lockstep/sync/seqlock.h>

#include <cassert>
#include <thread>

struct Halves {
  int low, high;
};

lockstep::sync::seqlock<Halves> value;

int main() {
  std::thread writer([] { value.store({1, 1}); });
  const Halves seen = value.load();
  assert(seen.low == seen.high && "both halves are of one update");
  writer.join();
}
