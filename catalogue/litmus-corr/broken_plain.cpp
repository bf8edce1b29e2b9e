// Not atomic: the compiler may read once, twice or in any order.
#include <cassert>
#include <thread>

int progress = 0;

int main() {
  std::thread worker([] { progress = 1; });
  const int first = progress;
  const int second = progress;
  worker.join();
  assert(first <= second && "progress does not go back");
}
