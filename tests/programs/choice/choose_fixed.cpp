// expect: pass complete
// Every value lies in range, and both branches are run.
#include <lockstep/check.h>

#include <cassert>
#include <thread>

int main() {
  int n = lockstep_choose(3);
  assert(n >= 0 && n < 3);
  int m = 0;
  std::thread t([&] { m = lockstep_choose(2); });
  t.join();
  assert(n + m <= 3);
}
