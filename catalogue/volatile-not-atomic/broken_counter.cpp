// Every access is made, in order, and the other thread's accesses come in between.
#include <cassert>
#include <thread>

volatile int hits = 0;

void hit() { hits = hits + 1; }

int main() {
  std::thread other(hit);
  hit();
  other.join();
  assert(hits == 2 && "every hit counts");
}
