// expect: fail kind=exit-status
// A thread ends the whole process with a failure status.
#include <atomic>
#include <cstdlib>
#include <thread>

std::atomic<int> value{0};

int main() {
  std::thread t([] {
    if (value == 1) std::exit(3);
  });
  value = 1;
  t.join();
}
