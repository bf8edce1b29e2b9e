// expect: fail kind=livelock
// tags: spin
// Two words claimed one after the other by compare-and-exchange, in opposite orders; a claim that cannot be completed
// is withdrawn.
#include <atomic>
#include <thread>

std::atomic<int> left{0}, right{0};

void claim(int me, std::atomic<int>& first, std::atomic<int>& second) {
  for (;;) {
    int expected = 0;
    if (!first.compare_exchange_strong(expected, me)) continue;
    expected = 0;
    if (second.compare_exchange_strong(expected, me)) break;
    first.store(0);
  }
  second.store(0);
  first.store(0);
}

int main() {
  std::thread a(claim, 1, std::ref(left), std::ref(right)), b(claim, 2, std::ref(right), std::ref(left));
  a.join();
  b.join();
}
