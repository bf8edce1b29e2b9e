// expect: fail kind=data-race
// The same pair as a plain struct: copying it while the other thread assigns it is a race.
#include <cassert>
#include <thread>

struct Pair {
  long a, b;
};
Pair pair;

int main() {
  std::thread writer([] { pair = Pair{1, 1}; });
  Pair p = pair;
  writer.join();
  return p.a == p.b ? 0 : 1;
}
