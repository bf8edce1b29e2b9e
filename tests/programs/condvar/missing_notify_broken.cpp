// expect: fail kind=deadlock
// The flag is set under the mutex but nobody notifies.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
bool ready;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return ready; });
  });
  {
    std::lock_guard lock(m);
    ready = true;
  }
  waiter.join();
}
