// An atomic access never races.
#include <atomic>
#include <thread>

std::atomic<bool> set = false;

int main() {
  std::thread t([] { set = true; });
  const bool seen = set;
  t.join();
  return seen && !set;
}
