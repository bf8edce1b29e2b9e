// expect: fail kind=thread-leak
// compilers: gcc clang
// A joinable std::thread is destroyed: std::terminate.
#include <atomic>
#include <thread>

std::atomic<int> value{0};

int main() {
  std::thread t([] { value = 1; });
}
