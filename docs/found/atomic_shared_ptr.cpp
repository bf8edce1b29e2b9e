// expect: pass warning=data-race
// tags: spin
// libstdc++ 12: std::atomic<std::shared_ptr> races with itself (docs/found/README.md).
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

std::atomic<std::shared_ptr<int>> current{std::make_shared<int>(1)};

int main() {
  std::thread t([] { current.store(std::make_shared<int>(2)); });
  std::shared_ptr<int> seen = current.load();
  assert(*seen == 1 || *seen == 2);
  t.join();
}
