// expect: pass complete warning=none
// The second thread begins when the first has ended: they cannot wait for each other.
#include <mutex>
#include <thread>

std::mutex a, b;

int main() {
  std::thread first([] {
    std::lock_guard outer(a);
    std::lock_guard inner(b);
  });
  first.join();
  std::thread second([] {
    std::lock_guard outer(b);
    std::lock_guard inner(a);
  });
  second.join();
}
