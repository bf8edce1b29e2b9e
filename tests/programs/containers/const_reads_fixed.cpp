// expect: pass complete
// Any number of threads may read a container that nobody changes.
#include <cassert>
#include <map>
#include <string>
#include <thread>

const std::map<std::string, int> table{{"one", 1}, {"two", 2}};

int main() {
  std::thread t([] { assert(table.at("one") == 1); });
  assert(table.at("two") == 2);
  t.join();
}
