// expect: pass complete warning=lock-order
// Two threads take the locks in both orders; a flag keeps them apart, so nothing deadlocks.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex a, b;
std::atomic<bool> done{false};

int main() {
  std::thread first([] {
    {
      std::lock_guard outer(a);
      std::lock_guard inner(b);
    }
    done.store(true);
  });
  std::thread second([] {
    if (!done.load()) return;
    std::lock_guard outer(b);
    std::lock_guard inner(a);
  });
  first.join();
  second.join();
}
