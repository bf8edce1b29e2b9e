// expect: pass
// The completion function sums up while all threads wait.
#include <barrier>
#include <cassert>
#include <thread>

int part[2], total;

struct Sum {
  void operator()() noexcept { total += part[0] + part[1]; }
};
std::barrier<Sum> sync_point(2, Sum{});

void work(int me) {
  part[me] = me + 1;
  sync_point.arrive_and_wait();
  assert(total == 3);
}

int main() {
  std::thread t(work, 0);
  work(1);
  t.join();
}
