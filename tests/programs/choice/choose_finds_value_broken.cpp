// expect: fail kind=assertion
// lockstep_choose takes every value: one of them breaks the assertion.
#include <lockstep/check.h>

#include <cassert>
#include <thread>

int main() {
  int n = lockstep_choose(5);
  std::thread t([n] { assert(n * n != 9); });
  t.join();
}
