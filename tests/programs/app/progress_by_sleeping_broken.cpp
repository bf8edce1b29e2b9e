// expect: fail kind=assertion
// compilers: gcc clang
// The consumer sleeps for as long as the work "takes" and then expects the result (an atomic, so no race).
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

std::atomic<int> result{0};

int main() {
  std::thread t([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    result = 1;
  });
  std::this_thread::sleep_for(std::chrono::seconds(2));
  assert(result == 1);
  t.join();
}
