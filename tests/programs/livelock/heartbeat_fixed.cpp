// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// One sets a flag and one takes it back until main says stop: main gets its turn, so this ends.
#include <atomic>
#include <chrono>
#include <thread>
std::atomic<bool> beat{false}, stop{false};
int main() {
  std::thread h([] {
    while (!stop) {
      beat = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  std::thread w([] {
    while (!stop) {
      beat = false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  stop = true;
  h.join();
  w.join();
}
