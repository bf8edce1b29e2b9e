// expect: pass complete
// compilers: gcc clang
// std::call_once: one initialises, both see it.
#include <cassert>
#include <mutex>
#include <thread>

std::once_flag once;
int value;

void use() {
  std::call_once(once, [] { ++value; });
  assert(value == 1);
}

int main() {
  std::thread t(use);
  use();
  t.join();
}
