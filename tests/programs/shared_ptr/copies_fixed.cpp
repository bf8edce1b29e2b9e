// expect: pass complete
// flags: -O0
// compilers: gcc clang
// Two threads drop their own copies: the reference count is atomic and the last one deletes.
#include <cassert>
#include <memory>
#include <thread>

int main() {
  auto p = std::make_shared<int>(3);
  std::thread t([copy = p] { assert(*copy == 3); });
  p.reset();
  t.join();
}
