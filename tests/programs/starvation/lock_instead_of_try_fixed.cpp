// expect: pass
// tags: spin
// A thread that waits for the mutex gets it.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex m;
std::atomic<bool> done{false};

int main() {
  std::thread busy([] {
    while (!done) std::lock_guard lock(m);
  });
  std::thread waits([] {
    m.lock();
    done = true;
    m.unlock();
  });
  busy.join();
  waits.join();
}
