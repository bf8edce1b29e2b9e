// "The result is cached, so it runs once." The lock is given up for the computation, as it should be, and two callers
// that miss at the same time both compute.
#include <atomic>
#include <cassert>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

std::mutex mutex;
std::map<int, int> cache;
std::atomic<int> connections{0};

int open_connection(int host) {
  ++connections;
  return host * 10;
}

std::optional<int> lookup(int host) {
  std::lock_guard lock(mutex);
  auto it = cache.find(host);
  return it == cache.end() ? std::nullopt : std::optional(it->second);
}

int connection(int host) {
  if (auto cached = lookup(host)) return *cached;
  const int made = open_connection(host);
  std::lock_guard lock(mutex);
  cache[host] = made;
  return made;
}

int main() {
  std::thread other([] { connection(1); });
  connection(1);
  other.join();
  assert(connections == 1 && "one connection for each host");
}
