// expect: pass complete warning=none
// An attempt that does not block cannot be part of a deadlock.
#include <mutex>
#include <thread>

std::mutex a, b;

int main() {
  std::thread first([] {
    std::lock_guard outer(a);
    std::lock_guard inner(b);
  });
  std::thread second([] {
    std::lock_guard outer(b);
    if (a.try_lock()) a.unlock();
  });
  first.join();
  second.join();
}
