// expect: pass complete
// The result of wait_for decides what is done.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool ready;

int main() {
  std::thread producer([] {
    std::lock_guard lock(m);
    ready = true;
    cv.notify_one();
  });
  {
    std::unique_lock lock(m);
    if (cv.wait_for(lock, std::chrono::seconds(5), [] { return ready; })) {
      assert(ready);
    } else {
      assert(!ready);
    }
  }
  producer.join();
}
