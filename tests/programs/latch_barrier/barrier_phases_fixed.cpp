// expect: pass
// compilers: gcc clang
// Two threads write their own cell, meet, and read the other's.
#include <barrier>
#include <cassert>
#include <thread>

std::barrier sync_point(2);
int cell[2];

void work(int me) {
  cell[me] = me + 1;
  sync_point.arrive_and_wait();
  assert(cell[1 - me] == 2 - me);
}

int main() {
  std::thread t(work, 0);
  work(1);
  t.join();
}
