// expect: fail kind=exit-status
// compilers: gcc clang
// The program reports its failure by its exit status.
#include <atomic>
#include <thread>

std::atomic<int> value{0};

int main() {
  std::thread t([] { value = value + 1; });
  value = value + 1;
  t.join();
  return value == 2 ? 0 : 1;
}
