// expect: pass
// flags: -O0
// compilers: gcc clang
// std::async on its own thread; the value is read through the future.
#include <cassert>
#include <future>

int main() {
  int input = 20;
  auto f = std::async(std::launch::async, [&] { return input + 1; });
  assert(f.get() == 21);
  input = 0;
}
