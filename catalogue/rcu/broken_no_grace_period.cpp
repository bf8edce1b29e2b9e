// A reader that loaded the old pointer has not finished when the writer frees the object.
#include <atomic>
#include <cassert>
#include <thread>

struct Config {
  int limit;
};

std::atomic<Config*> current{nullptr};

int main() {
  current = new Config{1};
  std::thread writer([] { delete current.exchange(new Config{2}); });
  const Config* config = current;
  assert(config->limit == 1 || config->limit == 2);
  writer.join();
  delete current.load();
}
