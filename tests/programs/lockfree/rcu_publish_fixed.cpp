// expect: pass complete
// Publication of a new version by pointer; the old one is freed after the reader is known to be done.
#include <atomic>
#include <cassert>
#include <thread>

struct Version {
  int a, b;
};
std::atomic<Version*> current{new Version{0, 0}};

int main() {
  std::thread reader([] {
    Version* v = current.load(std::memory_order_acquire);
    assert(v->a == v->b);
  });
  Version* old = current.exchange(new Version{1, 1}, std::memory_order_acq_rel);
  reader.join();
  delete old;
  delete current.load();
}
