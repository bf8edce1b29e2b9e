// A cache that is filled when a key is first asked for. Every access to the map is locked, so there is no data race and
// ThreadSanitizer is content; but nothing holds the lock between the look and the insertion, so two threads can both
// find the key missing and both load it: check-then-act.
#include <cassert>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

class Cache {
 public:
  std::string get(const std::string& key) {
    if (auto found = find(key)) return *found;
    std::string value = load(key);
    insert(key, value);
    return value;
  }

  int loads() const {
    std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  std::optional<std::string> find(const std::string& key) const {
    std::lock_guard lock(mutex_);
    auto entry = entries_.find(key);
    if (entry == entries_.end()) return std::nullopt;
    return entry->second;
  }

  void insert(const std::string& key, const std::string& value) {
    std::lock_guard lock(mutex_);
    entries_.emplace(key, value);
    ++loads_;
  }

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
