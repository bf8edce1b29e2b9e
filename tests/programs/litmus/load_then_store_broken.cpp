// expect: fail kind=assertion pattern=read-modify-write
// compilers: gcc clang
// An increment made of an atomic load and an atomic store loses updates although no access races.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> counter{0};

void increment() { counter = counter + 1; }

int main() {
  std::thread a(increment);
  std::thread b(increment);
  a.join();
  b.join();
  assert(counter == 2);
}
