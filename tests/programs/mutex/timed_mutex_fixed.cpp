// expect: pass complete
// The result of try_lock_for decides; a timeout gives the work up.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex m;
int value;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    value += 1;
  });
  int expected = 1;
  if (m.try_lock_for(std::chrono::milliseconds(10))) {
    value += 2;
    expected = 3;
    m.unlock();
  }
  t.join();
  assert(value == expected);
}
