// expect: pass
// compilers: gcc clang
// atomic<int>::wait until the value changes; the store comes before the notification.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> ready{0};
int data;

int main() {
  std::thread t([] {
    data = 5;
    ready.store(1);
    ready.notify_one();
  });
  ready.wait(0);
  assert(data == 5);
  t.join();
}
