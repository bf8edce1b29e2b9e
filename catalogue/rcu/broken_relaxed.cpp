// The reader finds the new object by its pointer and races with its construction.
#include <atomic>
#include <cassert>
#include <thread>

struct Config {
  int limit;
};

Config first{1};
std::atomic<Config*> current{&first};

int main() {
  std::thread writer([] {
    static Config second{0};
    second.limit = 2;
    current.store(&second, std::memory_order_relaxed);
  });
  const int limit = current.load(std::memory_order_relaxed)->limit;
  assert(limit == 1 || limit == 2);
  writer.join();
}
