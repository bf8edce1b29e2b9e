// expect: fail kind=deadlock
// compilers: gcc clang
// The value changes but nobody notifies: a thread that sleeps already stays asleep.
#include <atomic>
#include <thread>

std::atomic<int> ready{0};

int main() {
  std::thread t([] { ready.store(1); });
  ready.wait(0);
  t.join();
}
