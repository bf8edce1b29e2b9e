// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A reader of a seqlock sees both words of one store, never half of one, and what happened before that store.
#include <lockstep/sync/seqlock.h>

#include <cassert>
#include <thread>

struct pair {
  long a = 0;
  long b = 0;
};

int main() {
  lockstep::sync::seqlock<pair> value;
  int data = 0;
  std::thread writer([&] {
    data = 1;
    value.store({1, 1});
  });
  std::thread other([&] {
    pair p = value.load();
    assert(p.a == p.b);
    if (p.a % 10 == 1) assert(data == 1);
  });
  value.update([](pair& p) {
    p.a += 10;
    p.b += 10;
  });
  writer.join();
  other.join();
  pair end = value.load();
  assert(end.a == end.b && (end.a == 1 || end.a == 11));
}
