// expect: fail kind=data-race
// One thread arrives without waiting and changes its part while the completion function may be reading it.
#include <barrier>
#include <thread>

int part[2], total;

struct Sum {
  void operator()() noexcept { total += part[0] + part[1]; }
};
std::barrier<Sum> sync_point(2, Sum{});

int main() {
  std::thread t([] {
    part[0] = 1;
    (void)sync_point.arrive();
    part[0] = 2;
  });
  part[1] = 1;
  sync_point.arrive_and_wait();
  t.join();
}
