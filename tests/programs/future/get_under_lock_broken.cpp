// expect: fail kind=deadlock
// main waits for the task while it holds the mutex that the task needs.
#include <future>
#include <mutex>

std::mutex m;
int value;

int main() {
  auto f = std::async(std::launch::async, [] {
    std::lock_guard lock(m);
    return ++value;
  });
  std::lock_guard lock(m);
  return f.get() - 1;
}
