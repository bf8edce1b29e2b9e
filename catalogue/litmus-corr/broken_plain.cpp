// Not atomic: the compiler may read once, twice or in any order.
#include <cassert>
#include <thread>

int progress = 0;

[[gnu::noinline]] int look() { return progress; }

int main() {
  std::thread worker([] { progress = 1; });
  const int first = look();
  const int second = look();
  worker.join();
  assert((first == 0 || second == 1) && "progress does not go back");
}
