// expect: fail kind=data-race
// try_lock_for may time out; the critical section is entered all the same.
#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex m;
int value;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    value = 1;
  });
  bool locked = m.try_lock_for(std::chrono::milliseconds(10));
  value = 2;
  if (locked) m.unlock();
  t.join();
}
