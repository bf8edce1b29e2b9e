// A domain knows its readers; retire() frees the old object when all that may have seen it have left.
#include <lockstep/sync/rcu.h>

#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct Config {
  int limit;
};

lockstep::sync::rcu_domain domain;
std::atomic<Config*> current{new Config{1}};

int read_limit() {
  const std::scoped_lock reading(domain);
  return current.load(std::memory_order_acquire)->limit;
}

void update(int limit) {
  Config* old = current.exchange(new Config{limit}, std::memory_order_acq_rel);
  domain.retire(old);
  domain.barrier();  // only so that the program shows the free; a service leaves it to later retires
}

int main() {
  std::thread writer(update, 2);
  const int limit = read_limit();
  assert(limit == 1 || limit == 2);
  writer.join();
  delete current.load();
}
