// expect: fail kind=deadlock pattern=nested-monitor
// Nested monitors: the waiter releases the inner mutex but keeps the outer one, which the notifier needs.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex outer, inner;
std::condition_variable cv;
bool ready;

int main() {
  std::thread waiter([] {
    std::lock_guard o(outer);
    std::unique_lock i(inner);
    cv.wait(i, [] { return ready; });
  });
  {
    std::lock_guard o(outer);
    std::lock_guard i(inner);
    ready = true;
    cv.notify_one();
  }
  waiter.join();
}
