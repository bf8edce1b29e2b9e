// expect: pass complete
// lockstep_assume cuts the executions in which the flag is not seen; the others are right.
#include <lockstep/check.h>

#include <atomic>
#include <cassert>
#include <thread>

int data;
std::atomic<int> flag{0};

int main() {
  std::thread t([] {
    data = 1;
    flag.store(1, std::memory_order_release);
  });
  int seen = flag.load(std::memory_order_acquire);
  lockstep_assume(seen);
  if (seen) assert(data == 1);
  t.join();
}
