// expect: fail kind=data-race
// The worker counts down before it writes its result.
#include <latch>
#include <thread>

int result;

int main() {
  std::latch done(1);
  std::thread a([&] {
    done.count_down();
    result = 1;
  });
  done.wait();
  int seen = result;
  a.join();
  return seen > 1;
}
