// expect: pass complete
// The map under a mutex.
#include <cassert>
#include <map>
#include <mutex>
#include <string>
#include <thread>

std::mutex m;
std::map<std::string, int> table;

void add(const char* key) {
  std::lock_guard lock(m);
  ++table[key];
}

int main() {
  std::thread t([] { add("a"); });
  add("a");
  t.join();
  assert(table["a"] == 2);
}
