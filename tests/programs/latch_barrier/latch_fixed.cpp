// expect: pass
// flags: -O2
// compilers: gcc clang
// Two workers count a latch down, main waits and reads both results.
#include <cassert>
#include <latch>
#include <thread>

int results[2];

int main() {
  std::latch done(2);
  std::thread a([&] {
    results[0] = 1;
    done.count_down();
  });
  std::thread b([&] {
    results[1] = 2;
    done.count_down();
  });
  done.wait();
  assert(results[0] + results[1] == 3);
  a.join();
  b.join();
}
