// Both halves are atomic, the increment is not. Checked with --memory-model sc: interleaving alone, as on one core.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> served{0};

void serve() {
  const int before = served.load();
  served.store(before + 1);  // a switch before this line loses what the other one counted
}

int main() {
  std::thread other(serve);
  serve();
  other.join();
  assert(served == 2 && "both customers were counted");
}
