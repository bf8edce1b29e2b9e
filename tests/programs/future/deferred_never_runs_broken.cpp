// expect: fail kind=assertion
// A deferred task runs in get; waiting with a deadline does not start it.
#include <cassert>
#include <chrono>
#include <future>

int main() {
  int ran = 0;
  auto f = std::async(std::launch::deferred, [&] { ran = 1; });
  f.wait_for(std::chrono::seconds(1));
  assert(ran == 1);
}
