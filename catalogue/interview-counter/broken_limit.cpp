// Both see one place left.
#include <atomic>
#include <cassert>
#include <thread>

constexpr int kLimit = 1;
std::atomic<int> used{0};

bool take() {
  if (used < kLimit) {
    ++used;
    return true;
  }
  return false;
}

int main() {
  std::thread other(take);
  take();
  other.join();
  assert(used <= kLimit && "not more than the limit");
}
