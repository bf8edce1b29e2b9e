// expect: pass
// An auto-reset event made of atomic wait and notify.
#include <atomic>
#include <cassert>
#include <thread>

class AutoResetEvent {
 public:
  void set() {
    state_.store(1, std::memory_order_release);
    state_.notify_one();
  }
  void wait() {
    int expected = 1;
    while (!state_.compare_exchange_strong(expected, 0, std::memory_order_acquire)) {
      state_.wait(0, std::memory_order_relaxed);
      expected = 1;
    }
  }

 private:
  std::atomic<int> state_{0};
};

int main() {
  AutoResetEvent ping, pong;
  int ball = 0;
  std::thread other([&] {
    for (int i = 0; i < 2; ++i) {
      ping.wait();
      ball *= 2;
      pong.set();
    }
  });
  for (int i = 0; i < 2; ++i) {
    ball += 1;
    ping.set();
    pong.wait();
  }
  other.join();
  assert(ball == 6);
}
