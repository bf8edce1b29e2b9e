// expect: pass complete
// Opposite orders under a common gate lock cannot deadlock.
#include <mutex>
#include <thread>

std::mutex gate, a, b;

int main() {
  std::thread t([] {
    std::lock_guard g(gate);
    std::lock_guard first(a);
    std::lock_guard second(b);
  });
  {
    std::lock_guard g(gate);
    std::lock_guard first(b);
    std::lock_guard second(a);
  }
  t.join();
}
