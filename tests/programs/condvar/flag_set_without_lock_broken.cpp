// expect: fail kind=deadlock pattern=lost-wakeup
// The predicate is atomic and set without the mutex: set and notify fit between the waiter's check and its sleep.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
std::atomic<bool> ready{false};

int main() {
  std::thread waiter([] {
    std::unique_lock lock(m);
    while (!ready) cv.wait(lock);
  });
  ready = true;
  cv.notify_one();
  waiter.join();
}
