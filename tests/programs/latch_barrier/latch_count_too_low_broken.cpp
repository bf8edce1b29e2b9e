// expect: fail kind=data-race
// The latch opens after the first worker; the second one's result is read too early.
#include <latch>
#include <thread>

int results[2];

int main() {
  std::latch done(1);
  std::thread a([&] {
    results[0] = 1;
    done.count_down();
  });
  std::thread b([&] { results[1] = 2; });
  done.wait();
  int sum = results[0] + results[1];
  a.join();
  b.join();
  return sum > 3;
}
