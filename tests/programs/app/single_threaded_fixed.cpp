// expect: pass complete
// compilers: gcc clang
// No thread at all: one execution.
#include <cassert>
#include <numeric>
#include <vector>

int main() {
  std::vector<int> v(10);
  std::iota(v.begin(), v.end(), 1);
  assert(std::accumulate(v.begin(), v.end(), 0) == 55);
}
