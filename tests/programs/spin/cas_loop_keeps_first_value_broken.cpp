// expect: fail kind=assertion
// A compare-exchange loop that computes the new value once, from the first look: a later attempt writes what belongs to
// an older value. The attempts look alike, but the thread is not where it would be had the load seen the newer value.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0};

int main() {
  std::thread t([] {
    int seen = x.load();
    const int wanted = seen + 10;
    while (!x.compare_exchange_strong(seen, wanted)) {
    }
  });
  std::thread u([] { x.store(1); });
  t.join();
  u.join();
  assert(x.load() != 10);
}
