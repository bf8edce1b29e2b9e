// expect: fail kind=use-after-free|data-race
// The old version is freed at once, while the reader may still hold it.
#include <atomic>
#include <thread>

struct Version {
  int a, b;
};
std::atomic<Version*> current{new Version{0, 0}};

int main() {
  std::thread reader([] {
    Version* v = current.load(std::memory_order_acquire);
    if (v->a != v->b) std::abort();
  });
  Version* old = current.exchange(new Version{1, 1}, std::memory_order_acq_rel);
  delete old;
  reader.join();
  delete current.load();
}
