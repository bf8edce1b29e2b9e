// expect: pass
// try_lock_for with a fallback, wait_until on steady and system clock, all results looked at.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

int main() {
  std::timed_mutex gate;
  std::mutex mutex;
  std::condition_variable condition;
  bool ready = false;
  int entered = 0, skipped = 0;
  std::thread a([&] {
    std::unique_lock lock(gate, 5ms);
    if (lock) ++entered;
    std::lock_guard inner(mutex);
    if (!lock) ++skipped;
    ready = true;
    condition.notify_all();
  });
  bool got = false;
  {
    std::unique_lock lock(gate, std::defer_lock);
    if (lock.try_lock_until(std::chrono::steady_clock::now() + 1ms)) ++entered;
  }
  {
    std::unique_lock lock(mutex);
    got = condition.wait_until(lock, std::chrono::steady_clock::now() + 10ms, [&] { return ready; });
    if (!got) got = condition.wait_until(lock, std::chrono::system_clock::now() + 10ms, [&] { return ready; });
    assert(got == ready);
  }
  a.join();
  assert(entered + skipped >= 1);
}
