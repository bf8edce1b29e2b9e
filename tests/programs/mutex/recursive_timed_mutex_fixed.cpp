// expect: pass complete
// A recursive_timed_mutex is re-entered by its holder with a deadline; that never times out.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

std::recursive_timed_mutex m;
int depth;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    ++depth;
  });
  {
    std::unique_lock outer(m);
    std::unique_lock inner(m);
    ++depth;
  }
  t.join();
  assert(depth == 2);
}
