// expect: fail kind=uncaught-exception
// compilers: gcc clang
// An exception leaves a thread's function.
#include <stdexcept>
#include <thread>

int main() {
  std::thread t([] { throw std::runtime_error("bad"); });
  t.join();
}
