// expect: pass complete
// A deadline on the system clock; timing out and being notified are both handled.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool done;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    done = true;
    cv.notify_one();
  });
  {
    std::unique_lock lock(m);
    auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(1);
    while (!done) {
      if (cv.wait_until(lock, deadline) == std::cv_status::timeout) break;
    }
  }
  t.join();
}
