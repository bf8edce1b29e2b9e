// expect: fail kind=crash
// A rare interleaving ends in abort.
#include <atomic>
#include <cstdlib>
#include <thread>

std::atomic<int> state{0};

int main() {
  std::thread t([] {
    state = 1;
    state = 2;
  });
  if (state == 1) std::abort();
  t.join();
}
