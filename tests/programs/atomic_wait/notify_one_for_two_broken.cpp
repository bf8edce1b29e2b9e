// expect: fail kind=deadlock
// Two threads wait for one value, one is notified.
#include <atomic>
#include <thread>

std::atomic<int> ready{0};

int main() {
  std::thread a([] { ready.wait(0); });
  std::thread b([] { ready.wait(0); });
  ready.store(1);
  ready.notify_one();
  a.join();
  b.join();
}
