// expect: pass
// An atomic_flag as a one-shot event (its size makes the library wait through a proxy word).
#include <atomic>
#include <cassert>
#include <thread>

std::atomic_flag event;
int data;

int main() {
  std::thread t([] {
    data = 1;
    event.test_and_set();
    event.notify_all();
  });
  event.wait(false);
  assert(data == 1);
  t.join();
}
