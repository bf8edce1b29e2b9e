// expect: pass complete
// flags: -O0
// compilers: gcc clang
// Store buffering with the default order: seq_cst forbids that both threads read 0.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int r1, r2;

int main() {
  std::thread a([] {
    x = 1;
    r1 = y;
  });
  std::thread b([] {
    y = 1;
    r2 = x;
  });
  a.join();
  b.join();
  assert(r1 == 1 || r2 == 1);
}
