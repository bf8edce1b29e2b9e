// expect: pass complete
// flags: -O0
// compilers: gcc clang
// The same counter under a mutex.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int counter;

void increment() {
  for (int i = 0; i < 2; ++i) {
    std::lock_guard lock(m);
    ++counter;
  }
}

int main() {
  std::thread a(increment);
  std::thread b(increment);
  a.join();
  b.join();
  assert(counter == 4);
}
