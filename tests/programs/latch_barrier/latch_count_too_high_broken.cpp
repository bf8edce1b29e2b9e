// expect: fail kind=deadlock
// The latch expects three arrivals, two come.
#include <latch>
#include <thread>

int main() {
  std::latch done(3);
  std::thread a([&] { done.count_down(); });
  std::thread b([&] { done.count_down(); });
  done.wait();
  a.join();
  b.join();
}
