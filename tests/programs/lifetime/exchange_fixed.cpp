// expect: pass complete
// compilers: gcc clang
// The exchange makes each block's owner unique.
#include <atomic>
#include <thread>

std::atomic<int*> slot{nullptr};

void publish(int v) { delete slot.exchange(new int(v)); }

int main() {
  std::thread t(publish, 1);
  publish(2);
  t.join();
  delete slot.load();
}
