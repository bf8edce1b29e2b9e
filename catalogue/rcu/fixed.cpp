// The reader says that it is inside before it takes the pointer; the writer exchanges, then waits until nobody is.
#include <atomic>
#include <cassert>
#include <thread>

struct Config {
  int limit;
};

std::atomic<Config*> current{nullptr};
std::atomic<int> readers{0};

int read_limit() {
  readers.fetch_add(1);
  const int limit = current.load()->limit;
  readers.fetch_sub(1, std::memory_order_release);
  return limit;
}

void update(int limit) {
  Config* old = current.exchange(new Config{limit});
  while (readers.load(std::memory_order_seq_cst) != 0) {
  }
  delete old;  // who comes now finds the new one
}

int main() {
  current = new Config{1};
  std::thread writer(update, 2);
  const int limit = read_limit();
  assert(limit == 1 || limit == 2);
  writer.join();
  delete current.load();
}
