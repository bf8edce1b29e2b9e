// expect: fail kind=deadlock
// set directly followed by reset ("pulse"): a waiter that is not asleep yet, or not awake yet, misses it.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool is_set;

int main() {
  std::thread t([] {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return is_set; });
  });
  {
    std::lock_guard lock(m);
    is_set = true;
    cv.notify_all();
  }
  {
    std::lock_guard lock(m);
    is_set = false;
  }
  t.join();
}
