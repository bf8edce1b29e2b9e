// Read-copy-update without the copy.
#include <atomic>
#include <cassert>
#include <thread>

struct Config {
  int low, high;
};

Config config{1, 1};
std::atomic<Config*> current{&config};

int main() {
  std::thread writer([] {
    Config* c = current.load(std::memory_order_acquire);
    c->low = 2;
    c->high = 2;
    current.store(c, std::memory_order_release);
  });
  const Config* c = current.load(std::memory_order_acquire);
  assert(c->low == c->high);
  writer.join();
}
