// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// Workers go on until main says stop; main waits for their mutex, which comes to everybody.
#include <atomic>
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
  std::jthread a(w), b(w);
  {
    std::lock_guard l(m);
    x = 0;
  }
  stop = true;
}
