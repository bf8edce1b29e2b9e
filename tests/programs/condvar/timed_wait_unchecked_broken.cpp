// expect: fail kind=assertion
// wait_for may time out; its result is ignored.
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
    cv.wait_for(lock, std::chrono::seconds(5), [] { return ready; });
    assert(ready);
  }
  producer.join();
}
