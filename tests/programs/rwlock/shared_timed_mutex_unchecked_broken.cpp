// expect: fail kind=data-race
// The reader ignores that its timed lock gave up.
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_timed_mutex m;
int a;

int main() {
  std::thread writer([] {
    std::unique_lock lock(m);
    a = 1;
  });
  std::shared_lock lock(m, std::chrono::milliseconds(5));
  int seen = a;
  if (lock) lock.unlock();
  writer.join();
  return seen > 1;
}
