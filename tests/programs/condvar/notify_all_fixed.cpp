// expect: pass
// notify_all wakes every waiter, and each checks its own condition.
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
    cv.notify_all();
  });
  std::thread waits_blue([] {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return blue; });
  });
  {
    std::lock_guard lock(m);
    red = true;
    cv.notify_all();
  }
  waits_red.join();
  waits_blue.join();
}
