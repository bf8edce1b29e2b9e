// expect: fail kind=data-race
// flags: -O2
// compilers: gcc clang
// One shared_ptr object is copied by one thread and assigned by another: only the count is thread-safe.
#include <memory>
#include <thread>

std::shared_ptr<int> current = std::make_shared<int>(1);

int main() {
  std::thread t([] { current = std::make_shared<int>(2); });
  std::shared_ptr<int> copy = current;
  t.join();
  return *copy > 2;
}
