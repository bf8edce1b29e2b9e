// Who comes first puts a promise into the cache while it holds the lock, and computes after that without it.
#include <atomic>
#include <cassert>
#include <future>
#include <map>
#include <mutex>
#include <thread>

std::mutex mutex;
std::map<int, std::shared_future<int>> cache;
std::atomic<int> connections{0};

int open_connection(int host) {
  ++connections;
  return host * 10;
}

int connection(int host) {
  std::promise<int> promise;
  {
    std::unique_lock lock(mutex);
    auto [it, first] = cache.try_emplace(host, std::shared_future<int>());
    if (!first) {
      std::shared_future<int> made = it->second;
      lock.unlock();
      return made.get();
    }
    it->second = promise.get_future().share();
  }
  promise.set_value(open_connection(host));
  std::lock_guard lock(mutex);
  return cache[host].get();
}

int main() {
  std::thread other([] { assert(connection(1) == 10); });
  assert(connection(1) == 10);
  other.join();
  assert(connections == 1 && "one connection for each host");
}
