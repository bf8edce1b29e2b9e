// expect: pass
// The same LRU with a plain mutex; evictions happen while others read copies.
#include <cassert>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

class Lru {
 public:
  explicit Lru(size_t limit) : limit_(limit) {}
  void put(int key, std::string value) {
    std::lock_guard lock(mutex_);
    if (auto it = index_.find(key); it != index_.end()) {
      order_.erase(it->second);
      index_.erase(it);
    }
    order_.emplace_front(key, std::move(value));
    index_[key] = order_.begin();
    if (order_.size() > limit_) {
      index_.erase(order_.back().first);
      order_.pop_back();
    }
  }
  std::string get(int key) {
    std::lock_guard lock(mutex_);
    auto it = index_.find(key);
    if (it == index_.end()) return {};
    order_.splice(order_.begin(), order_, it->second);
    return it->second->second;
  }
  size_t size() {
    std::lock_guard lock(mutex_);
    return order_.size();
  }

 private:
  size_t limit_;
  std::mutex mutex_;
  std::list<std::pair<int, std::string>> order_;
  std::unordered_map<int, std::list<std::pair<int, std::string>>::iterator> index_;
};

int main() {
  Lru cache(2);
  std::thread a([&] {
    for (int i = 0; i < 4; ++i) cache.put(i, "value number " + std::to_string(i) + " which is a long one");
  });
  std::thread b([&] {
    for (int i = 0; i < 4; ++i) {
      auto s = cache.get(i);
      assert(s.empty() || s.find(std::to_string(i)) != std::string::npos);
    }
  });
  a.join();
  b.join();
  assert(cache.size() == 2);
}
