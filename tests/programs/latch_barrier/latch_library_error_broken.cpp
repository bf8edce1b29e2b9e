// expect: fail kind=deadlock|livelock|data-race
// options: --library error
// flags: -O2
// libstdc++ 12's latch may lose its wakeup and does not order the last count_down before the return of wait as it
// should: with --library error that is a bug.
#include <latch>
#include <thread>

int main() {
  std::latch done(1);
  std::thread a([&] { done.count_down(); });
  done.wait();
  a.join();
}
