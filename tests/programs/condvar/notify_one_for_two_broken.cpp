// expect: fail kind=deadlock
// One notify_one for two waiters of the same event.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool open;

void wait_open() {
  std::unique_lock lock(m);
  cv.wait(lock, [] { return open; });
}

int main() {
  std::thread a(wait_open);
  std::thread b(wait_open);
  {
    std::lock_guard lock(m);
    open = true;
  }
  cv.notify_one();
  a.join();
  b.join();
}
