// Two atomic halves are not one atomic whole.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> low{0}, high{0};

void update(int value) {
  low = value;
  high = value;
}

int main() {
  std::thread writer(update, 1);
  const int a = low;
  const int b = high;
  assert(a == b && "both halves are of one update");
  writer.join();
}
