// expect: pass
// tags: spin
// compilers: gcc clang
// Peterson's lock with seq_cst accesses.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> interested[2];
std::atomic<int> turn{0};
int counter;

void enter_and_count(int me) {
  int other = 1 - me;
  interested[me] = true;
  turn = other;
  while (interested[other] && turn == other) {
  }
  ++counter;
  interested[me] = false;
}

int main() {
  std::thread a(enter_and_count, 0);
  enter_and_count(1);
  a.join();
  assert(counter == 2);
}
