// expect: fail kind=data-race
// flags: -O2
// compilers: gcc clang
// Two threads push to one vector.
#include <thread>
#include <vector>

std::vector<int> values;

int main() {
  std::thread t([] { values.push_back(1); });
  values.push_back(2);
  t.join();
}
