// An atomic access never races.
#include <atomic>
#include <thread>

std::atomic<bool> set = false;
int seen = 0;

int main() {
  std::thread t([] { set = true; });
  seen = set;
  t.join();
  return seen && !set;
}
