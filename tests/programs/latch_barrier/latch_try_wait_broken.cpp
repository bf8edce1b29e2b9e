// expect: fail kind=data-race
// try_wait does not wait, and its answer is dropped.
#include <latch>
#include <thread>

int result;

int main() {
  std::latch done(1);
  std::thread a([&] {
    result = 1;
    done.count_down();
  });
  (void)done.try_wait();
  int seen = result;
  a.join();
  return seen > 1;
}
