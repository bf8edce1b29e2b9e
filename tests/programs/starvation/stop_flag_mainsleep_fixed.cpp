// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// Workers go on until main says stop, after a second: time passes, however long they take.
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
std::mutex m;
std::atomic<bool> stop{false};
int x;
int main() {
  auto w = [] {
    while (!stop) {
      std::lock_guard l(m);
      x = !x;
    }
  };
  std::thread a(w), b(w);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  stop = true;
  a.join();
  b.join();
}
