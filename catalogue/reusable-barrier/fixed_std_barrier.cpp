// The library's.
#include <barrier>
#include <cassert>
#include <thread>

std::barrier barrier(2);
int part[2];

void work(int me) {
  part[me] = me + 1;
  barrier.arrive_and_wait();
  assert(part[1 - me] == 2 - me && "the other one's part is there");
  barrier.arrive_and_wait();  // nobody overwrites a part that the other has not read
  part[me] = 0;
}

int main() {
  std::thread other(work, 1);
  work(0);
  other.join();
}
