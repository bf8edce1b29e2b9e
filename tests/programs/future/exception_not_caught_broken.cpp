// expect: fail kind=uncaught-exception
// The same without a handler.
#include <future>
#include <stdexcept>

int main() {
  auto f = std::async(std::launch::async, []() -> int { throw std::runtime_error("no such file"); });
  return f.get();
}
