// expect: pass
// Thirty threads, one mutex, one counter and a string map.
#include <cassert>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

int main() {
  std::mutex mutex;
  std::map<std::string, int> counts;
  std::vector<std::thread> threads;
  for (int i = 0; i < 30; ++i)
    threads.emplace_back([&, i] {
      std::lock_guard lock(mutex);
      ++counts["key number " + std::to_string(i % 5) + " of the map"];
    });
  for (auto& t : threads) t.join();
  assert(counts.size() == 5);
  for (auto& [k, v] : counts) assert(v == 6);
}
