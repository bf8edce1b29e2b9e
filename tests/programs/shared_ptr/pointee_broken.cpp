// expect: fail kind=data-race
// The pointer is shared properly, what it points to is written by both.
#include <memory>
#include <thread>

int main() {
  auto p = std::make_shared<int>(0);
  std::thread t([p] { ++*p; });
  ++*p;
  t.join();
}
