// expect: fail kind=data-race
// compilers: gcc clang
// "It is surely done after a second": a sleep orders nothing.
#include <chrono>
#include <thread>

int result;

int main() {
  std::thread t([] { result = 1; });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  int r = result;
  t.join();
  return r > 1;
}
