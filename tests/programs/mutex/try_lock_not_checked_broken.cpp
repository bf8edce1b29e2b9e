// expect: fail kind=lock-misuse|data-race
// try_lock's result is dropped: when the other thread holds the mutex, the section races and the unlock is not ours.
#include <mutex>
#include <thread>

std::mutex m;
int value;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    value = 1;
  });
  (void)m.try_lock();
  value = 2;
  m.unlock();
  t.join();
}
