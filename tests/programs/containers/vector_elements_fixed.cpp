// expect: pass complete
// compilers: gcc clang
// Different elements of a vector that does not change its size.
#include <cassert>
#include <thread>
#include <vector>

int main() {
  std::vector<int> values(2);
  std::thread t([&] { values[0] = 1; });
  values[1] = 2;
  t.join();
  assert(values[0] + values[1] == 3);
}
