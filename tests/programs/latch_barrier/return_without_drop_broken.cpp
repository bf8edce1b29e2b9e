// expect: fail kind=deadlock
// A worker that returns early neither arrives nor drops out: the second phase never completes.
#include <barrier>
#include <thread>

std::barrier sync_point(2);

void work(int phases) {
  for (int i = 0; i < phases; ++i) sync_point.arrive_and_wait();
}

int main() {
  std::thread t(work, 1);
  work(2);
  t.join();
}
