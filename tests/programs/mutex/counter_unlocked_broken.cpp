// expect: fail kind=data-race pattern=read-modify-write|none
// compilers: gcc clang
// Two threads increment a plain counter without a lock.
#include <cassert>
#include <thread>

int counter;

int main() {
  std::thread a([] { ++counter; });
  std::thread b([] { ++counter; });
  a.join();
  b.join();
  assert(counter == 2);
}
