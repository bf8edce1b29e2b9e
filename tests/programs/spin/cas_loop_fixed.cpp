// expect: pass complete
// The same, computed anew for each attempt: attempts are as good as first looks, so they add no executions.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0};

int main() {
  auto add = [] {
    int seen = x.load();
    while (!x.compare_exchange_strong(seen, seen + 10)) {
    }
  };
  std::thread t(add), u(add), v([] { x.fetch_add(1); });
  t.join();
  u.join();
  v.join();
  assert(x.load() == 21);
}
