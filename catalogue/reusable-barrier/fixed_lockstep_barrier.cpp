// A phase has a number, and the last to arrive runs a function before anybody goes on.
#include <lockstep/sync/barrier.h>

#include <cassert>
#include <thread>

int part[2];
int sum = 0;

void add_up() { sum = part[0] + part[1]; }

lockstep::sync::barrier step(2, add_up);

void work(int me) {
  part[me] = me + 1;
  step.arrive_and_wait();
  assert(sum == 3 && "both parts are in");
  step.arrive_and_wait();  // nobody overwrites a part while the sum is read
  part[me] = 0;
}

int main() {
  std::thread other(work, 1);
  work(0);
  other.join();
}
