// expect: pass complete warning=none
// Readers do not wait for readers.
#include <atomic>
#include <shared_mutex>
#include <thread>

std::shared_mutex a, b;

int main() {
  std::thread first([] {
    std::shared_lock outer(a);
    std::shared_lock inner(b);
  });
  std::thread second([] {
    std::shared_lock outer(b);
    std::shared_lock inner(a);
  });
  first.join();
  second.join();
}
