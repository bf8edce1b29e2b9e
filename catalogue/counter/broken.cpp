// Two threads count into a plain int.
#include <cassert>
#include <thread>

int hits = 0;

void count() {
  for (int i = 0; i < 2; ++i) ++hits;
}

int main() {
  std::thread other(count);
  count();
  other.join();
  assert(hits == 4);
}
