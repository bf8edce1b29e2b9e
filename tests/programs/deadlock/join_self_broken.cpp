// expect: fail kind=uncaught-exception|deadlock
// A thread joins itself through a shared std::thread: std::thread::join throws resource_deadlock_would_occur.
#include <mutex>
#include <thread>

std::mutex m;
std::thread worker;

int main() {
  {
    std::lock_guard lock(m);
    worker = std::thread([] {
      std::lock_guard inner(m);
      worker.join();
    });
  }
  std::lock_guard lock(m);
  if (worker.joinable()) worker.detach();
}
