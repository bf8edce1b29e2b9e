// expect: pass
// tags: spin
// The same in one order.
#include <atomic>
#include <thread>

std::atomic<int> left{0}, right{0};

void claim(int me) {
  for (;;) {
    int expected = 0;
    if (!left.compare_exchange_strong(expected, me)) continue;
    expected = 0;
    if (right.compare_exchange_strong(expected, me)) break;
    left.store(0);
  }
  right.store(0);
  left.store(0);
}

int main() {
  std::thread a(claim, 1), b(claim, 2);
  a.join();
  b.join();
}
