// expect: fail kind=assertion
// "Ten seconds are enough" is not a guarantee: the wait may time out while the holder is delayed.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex m;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    std::this_thread::sleep_for(std::chrono::seconds(30));
  });
  bool locked = m.try_lock_for(std::chrono::seconds(10));
  assert(locked);
  if (locked) m.unlock();
  t.join();
}
