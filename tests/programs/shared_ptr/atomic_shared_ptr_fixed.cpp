// expect: pass
// tags: spin
// std::atomic<std::shared_ptr>: a reader takes a version while the writer replaces it. (libstdc++ 12 releases its inner
// lock relaxed after a load, which is a race inside the library: a warning of origin `library`.)
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
