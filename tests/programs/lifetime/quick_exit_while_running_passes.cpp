// expect: pass complete
// exit while another thread runs: no destructors of locals, status 0; thread alive at exit is a warning only.
#include <atomic>
#include <cstdlib>
#include <thread>

std::atomic<int> value{0};

int main() {
  std::thread t([] { value = 1; });
  value = 2;
  std::exit(0);
}
