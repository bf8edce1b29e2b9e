// expect: pass complete warning=none
// Both orders, under one common lock.
#include <mutex>
#include <thread>

std::mutex a, b, gate;

int main() {
  std::thread first([] {
    std::lock_guard common(gate);
    std::lock_guard outer(a);
    std::lock_guard inner(b);
  });
  std::thread second([] {
    std::lock_guard common(gate);
    std::lock_guard outer(b);
    std::lock_guard inner(a);
  });
  first.join();
  second.join();
}
