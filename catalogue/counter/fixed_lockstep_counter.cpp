// The sharded counter, made: each thread adds to a slot of its own, and value() sums up.
#include <lockstep/sync/counter.h>

#include <cassert>
#include <thread>

lockstep::sync::counter hits;

int main() {
  std::thread other([] {
    hits.add();
    hits.add();
  });
  hits.add();
  const auto meanwhile = hits.value();
  other.join();
  assert(meanwhile >= 1 && meanwhile <= 3);
  assert(hits.value() == 3);
}
