// expect: fail kind=deadlock
// compilers: gcc clang
// The barrier was made for three, main forgot that it takes no part.
#include <barrier>
#include <thread>

std::barrier sync_point(3);

int main() {
  std::thread a([] { sync_point.arrive_and_wait(); });
  std::thread b([] { sync_point.arrive_and_wait(); });
  a.join();
  b.join();
}
