// expect: pass
// A hundred megabytes on the heap, large frames on the stacks.
#include <cassert>
#include <cstring>
#include <memory>
#include <thread>

static int deep(int n) {
  volatile char frame[60'000];
  frame[0] = static_cast<char>(n);
  frame[sizeof frame - 1] = 1;
  return n == 0 ? frame[sizeof frame - 1] : deep(n - 1) + frame[0] * 0;
}

int main() {
  auto big = std::make_unique<char[]>(100'000'000);
  std::thread a([&] {
    std::memset(big.get(), 1, 50'000'000);
    assert(deep(50) == 1);
  });
  std::thread b([&] { std::memset(big.get() + 50'000'000, 2, 50'000'000); });
  a.join();
  b.join();
  assert(big[0] == 1 && big[99'999'999] == 2);
}
