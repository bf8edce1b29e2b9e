// The addition succeeds only from the value that was under the limit.
#include <atomic>
#include <cassert>
#include <thread>

constexpr int kLimit = 1;
std::atomic<int> used{0};

bool take() {
  int seen = used.load();
  while (seen < kLimit) {
    if (used.compare_exchange_weak(seen, seen + 1)) return true;
  }
  return false;
}

int main() {
  std::thread other(take);
  take();
  other.join();
  assert(used == kLimit && "the limit, exactly");
}
