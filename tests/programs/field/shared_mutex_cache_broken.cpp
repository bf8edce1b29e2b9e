// expect: fail kind=assertion
// The miss is counted and computed without a second look under the exclusive lock: it happens twice.
#include <cassert>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

class PriceCache {
 public:
  int get(const std::string& symbol) {
    if (auto hit = find(symbol)) return *hit;
    const int value = compute(symbol);
    std::unique_lock lock(mutex_);
    prices_[symbol] = value;
    ++misses_;
    return value;
  }
  int misses() const {
    std::shared_lock lock(mutex_);
    return misses_;
  }

 private:
  std::optional<int> find(const std::string& symbol) const {
    std::shared_lock lock(mutex_);
    auto it = prices_.find(symbol);
    if (it == prices_.end()) return std::nullopt;
    return it->second;
  }
  static int compute(const std::string& symbol) {
    int sum = 0;
    for (char c : symbol) sum = sum * 31 + c;
    return sum;
  }
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, int> prices_;
  int misses_ = 0;
};

int main() {
  PriceCache cache;
  std::vector<std::thread> threads;
  int results[2];
  for (int i = 0; i < 2; ++i) threads.emplace_back([&, i] { results[i] = cache.get("ACME"); });
  for (auto& t : threads) t.join();
  assert(results[0] == results[1]);
  assert(cache.misses() == 1);
}
