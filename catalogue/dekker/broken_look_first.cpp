// The flag goes up after the look: between the two the other one looks, too. No memory order helps that.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> busy{false};
std::atomic<int> inside{0};

void enter() {
  if (!busy) {
    busy = true;
    assert(++inside == 1 && "alone in the critical section");
    --inside;
    busy = false;
  }
}

int main() {
  std::thread other(enter);
  enter();
  other.join();
}
