// expect: fail kind=assertion
// options: --mode exhaustive --paranoid
// A counter takes the place of an atomic that other threads have written, so it must be seen to count: the bounded loop
// is none that waits for ever, and it ends without having seen the flag.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> flag{false};

__attribute__((noinline)) void wait_for_counts() {
  std::atomic<int> count[8] = {};
  std::thread t([&] {
    for (std::atomic<int>& c : count) c.store(1, std::memory_order_release);
  });
  while (!count[7].load(std::memory_order_acquire)) {
  }
  t.join();
}

__attribute__((noinline)) bool look_a_few_times() {
  volatile int looks[8] = {};
  for (; looks[0] < 3; looks[0] = looks[0] + 1) {
    for (volatile int& l : looks) l = looks[0];
    if (flag.load(std::memory_order_relaxed)) return true;
  }
  return false;
}

int main() {
  wait_for_counts();
  std::thread t([] { flag.store(true, std::memory_order_relaxed); });
  bool seen = look_a_few_times();
  t.join();
  assert(seen);
}
