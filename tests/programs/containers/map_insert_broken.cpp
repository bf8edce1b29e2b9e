// expect: fail kind=data-race
// flags: -O0
// Two threads insert different keys into one map.
#include <map>
#include <thread>

std::map<int, int> table;

int main() {
  std::thread t([] { table[1] = 1; });
  table[2] = 2;
  t.join();
}
