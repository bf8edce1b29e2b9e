// expect: fail kind=data-race object=log.entries_
// The writer takes no lock, where the reader does.
// fixed: pass
#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

struct Entry {
  int level;
  std::string text;
};

class Log {
 public:
  void append(int level, std::string text) { entries_.push_back({level, std::move(text)}); }
  int worst() const {
    std::shared_lock lock(mutex_);
    int found = 0;
    for (const Entry& e : entries_) found = std::max(found, e.level);
    return found;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::vector<Entry> entries_;
};

int main() {
  Log log;
  std::thread writer([&] { log.append(3, "disk"); });
  const int worst = log.worst();
  writer.join();
  return worst > 3;
}
