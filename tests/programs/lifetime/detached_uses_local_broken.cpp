// expect: fail kind=data-race|use-after-free
// A detached thread refers to an object that its creator's return destroys.
#include <memory>
#include <thread>

void start() {
  auto value = std::make_unique<int>(1);
  std::thread([&v = *value] { v = 2; }).detach();
}

int main() { start(); }
