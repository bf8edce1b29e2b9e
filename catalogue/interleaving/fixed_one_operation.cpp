// One operation in place of two.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> served{0};

void serve() { served.fetch_add(1); }

int main() {
  std::thread other(serve);
  serve();
  other.join();
  assert(served == 2 && "both customers were counted");
}
