// expect: pass complete warning=none
// The program says that it knows.
#include <lockstep/check.h>

#include <atomic>
#include <mutex>
#include <thread>

std::mutex a, b;
std::atomic<bool> done{false};

int main() {
  lockstep::accept_lock_order(a, b);
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
