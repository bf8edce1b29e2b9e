// expect: fail kind=deadlock pattern=lost-wakeup
// The notification comes before the store.
#include <atomic>
#include <thread>

std::atomic<int> ready{0};

int main() {
  std::thread t([] {
    ready.notify_one();
    ready.store(1);
  });
  ready.wait(0);
  t.join();
}
