// expect: fail kind=deadlock pattern=lost-wakeup
// A sleep is to make sure that the waiter waits already when it is notified.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(m);
    cv.wait(lock);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  cv.notify_all();
  waiter.join();
}
