// expect: pass complete
// compilers: gcc clang
// Each thread has its own copy of a thread_local variable.
#include <cassert>
#include <thread>

thread_local int depth = 1;

int main() {
  std::thread t([] {
    ++depth;
    assert(depth == 2);
  });
  ++depth;
  assert(depth == 2);
  t.join();
}
