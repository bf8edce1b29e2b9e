// expect: pass
// compilers: gcc clang
// An exception thrown in the task comes out of get.
#include <cassert>
#include <future>
#include <stdexcept>
#include <string>

int main() {
  auto f = std::async(std::launch::async, []() -> int { throw std::runtime_error("no such file"); });
  bool caught = false;
  try {
    f.get();
  } catch (const std::runtime_error& e) {
    caught = std::string(e.what()) == "no such file";
  }
  assert(caught);
}
