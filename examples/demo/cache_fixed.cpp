// The cache with one critical section round the look and the insertion: whoever comes second finds the entry. Loading
// under the lock makes callers with other keys wait; a future for each key would let them pass.
#include <cassert>
#include <map>
#include <mutex>
#include <string>
#include <thread>

class Cache {
 public:
  std::string get(const std::string& key) {
    std::lock_guard lock(mutex_);
    auto entry = entries_.find(key);
    if (entry == entries_.end()) {
      entry = entries_.emplace(key, load(key)).first;
      ++loads_;
    }
    return entry->second;
  }

  int loads() const {
    std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  // Stands for what makes a cache worth having: a query, a file, a remote call.
  static std::string load(const std::string& key) { return "value of " + key; }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> entries_;
  int loads_ = 0;
};

int main() {
  Cache cache;
  std::thread other([&] { cache.get("motd"); });
  cache.get("motd");
  other.join();

  assert(cache.loads() == 1 && "the key was loaded once");
}
