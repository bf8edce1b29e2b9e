// expect: fail kind=deadlock
// options: --library error
// flags: -O2
// libstdc++ 12: std::latch can lose its wakeup (docs/found/README.md).
#include <latch>
#include <thread>

int main() {
  std::latch done(1);
  std::thread worker([&] { done.count_down(); });
  done.wait();
  worker.join();
}
