// expect: fail kind=deadlock pattern=lost-wakeup
// compilers: gcc clang
// The notification may come before the wait, which then waits for ever.
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
  cv.notify_one();
  waiter.join();
}
