// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// Somebody who only looks whether a lock is free may always find it taken, but not longer than the work lasts.
#include <atomic>
#include <mutex>
#include <thread>
std::mutex m;
std::atomic<bool> stop{false};
int main() {
  std::thread worker([] {
    for (int i = 0; i < 20; ++i) {
      std::lock_guard l(m);
    }
    stop = true;
  });
  std::thread stats([] {
    while (!stop) {
      if (m.try_lock()) m.unlock();
      std::this_thread::yield();
    }
  });
  worker.join();
  stats.join();
}
