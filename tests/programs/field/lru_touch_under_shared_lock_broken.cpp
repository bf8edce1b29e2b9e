// expect: fail kind=data-race
// An LRU cache whose get() only takes the lock shared, although a hit moves the entry to the front of the list.
#include <list>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>

class Lru {
 public:
  explicit Lru(size_t limit) : limit_(limit) {}
  void put(int key, std::string value) {
    std::unique_lock lock(mutex_);
    order_.emplace_front(key, std::move(value));
    index_[key] = order_.begin();
    if (order_.size() > limit_) {
      index_.erase(order_.back().first);
      order_.pop_back();
    }
  }
  std::string get(int key) {
    std::shared_lock lock(mutex_);
    auto it = index_.find(key);
    if (it == index_.end()) return {};
    order_.splice(order_.begin(), order_, it->second);
    return it->second->second;
  }

 private:
  size_t limit_;
  std::shared_mutex mutex_;
  std::list<std::pair<int, std::string>> order_;
  std::unordered_map<int, std::list<std::pair<int, std::string>>::iterator> index_;
};

int main() {
  Lru cache(3);
  cache.put(1, "one");
  cache.put(2, "two");
  cache.put(3, "three, and long enough to be on the heap");
  std::thread a([&] { cache.get(1); });
  std::thread b([&] { cache.get(2); });
  a.join();
  b.join();
}
