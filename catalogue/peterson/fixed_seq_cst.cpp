// The default order of std::atomic gives what the proof assumes.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2];
std::atomic<int> turn{0};
int shared = 0;

void enter(int me) {
  wants[me] = true;
  turn = 1 - me;
  while (wants[1 - me] && turn == 1 - me) {
  }
  shared = shared + me + 1;
  wants[me] = false;
}

int main() {
  std::thread other(enter, 0);
  enter(1);
  other.join();
  assert(shared == 3 && "no update is lost");
}
