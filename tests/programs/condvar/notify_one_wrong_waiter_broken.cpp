// expect: fail kind=deadlock pattern=lost-wakeup
// Waiters for different conditions share one condition variable: notify_one may wake the wrong one.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool red, blue;

int main() {
  std::thread waits_red([] {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return red; });
    blue = true;
    cv.notify_one();
  });
  std::thread waits_blue([] {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return blue; });
  });
  {
    std::lock_guard lock(m);
    red = true;
    cv.notify_one();
  }
  waits_red.join();
  waits_blue.join();
}
