// expect: pass warning=none
// options: --library trust
// flags: -O2
// The library's own faults are not looked for.
#include <latch>
#include <thread>

int main() {
  std::latch done(1);
  std::thread a([&] { done.count_down(); });
  done.wait();
  a.join();
}
