// expect: fail kind=starvation
// Tanenbaum's solution: a hungry philosopher is woken when both neighbours have stopped, which need never be.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex table;
std::condition_variable self[3];
enum State { kThinks, kHungry, kEats } state[3];

void test(int i) {
  bool left = i > 0 && state[i - 1] == kEats;
  bool right = i < 2 && state[i + 1] == kEats;
  if (state[i] == kHungry && !left && !right) {
    state[i] = kEats;
    self[i].notify_one();
  }
}

void dine(int me) {
  for (;;) {
    {
      std::unique_lock lock(table);
      state[me] = kHungry;
      test(me);
      while (state[me] != kEats) self[me].wait(lock);
    }
    std::lock_guard lock(table);
    state[me] = kThinks;
    if (me > 0) test(me - 1);
    if (me < 2) test(me + 1);
  }
}

int main() {
  std::thread a(dine, 0), b(dine, 1), c(dine, 2);
  a.join();
  b.join();
  c.join();
}
