// expect: pass
// A configuration published through std::atomic<std::shared_ptr>: readers keep the one that they took.
#include <atomic>
#include <cassert>
#include <map>
#include <memory>
#include <string>
#include <thread>

using Config = std::map<std::string, int>;

int main() {
  std::atomic<std::shared_ptr<const Config>> current{std::make_shared<const Config>(Config{{"a", 1}, {"b", 1}})};
  std::thread reloader([&] {
    for (int v = 2; v < 4; ++v) current.store(std::make_shared<const Config>(Config{{"a", v}, {"b", v}}));
  });
  std::thread reader([&] {
    for (int i = 0; i < 2; ++i) {
      auto config = current.load();
      assert(config->at("a") == config->at("b"));
    }
  });
  reloader.join();
  reader.join();
}
