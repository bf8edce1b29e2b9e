// expect: pass complete
// flags: -O0
// compilers: gcc clang
// A flag under the mutex remembers the notification.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool ready;
int data;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return ready; });
    assert(data == 9);
  });
  {
    std::lock_guard lock(m);
    data = 9;
    ready = true;
  }
  cv.notify_one();
  waiter.join();
}
