// expect: fail kind=uncaught-exception
// std::unique_lock does notice: it throws system_error, which nobody catches.
#include <mutex>
#include <thread>

std::mutex m;

int main() {
  std::thread t([] {
    std::unique_lock lock(m);
    lock.unlock();
    lock.unlock();
  });
  t.join();
}
