// expect: fail kind=data-race
// After the exchange each thread writes its cell again while the other may still be reading the old one.
#include <barrier>
#include <thread>

std::barrier sync_point(2);
int cell[2], seen[2];

void work(int me) {
  cell[me] = 1;
  sync_point.arrive_and_wait();
  seen[me] = cell[1 - me];
  cell[me] = 2;
}

int main() {
  std::thread t(work, 0);
  work(1);
  t.join();
}
