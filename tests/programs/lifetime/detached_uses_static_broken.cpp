// expect: fail kind=data-race|use-after-free
// compilers: gcc clang
// A detached thread uses a global object while the exit of main destroys it.
#include <thread>
#include <vector>

std::vector<int> log_lines(1);

int main() {
  std::thread([] { log_lines.at(0) = 1; }).detach();
}
