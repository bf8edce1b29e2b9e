// expect: pass
// tags: spin
// Only one of the two steps aside.
#include <atomic>
#include <thread>

std::atomic<int> side[2];

void walk(int me) {
  for (;;) {
    int mine = side[me];
    if (side[1 - me] != mine) return;
    if (me == 0) side[me] = 1 - mine;
    std::this_thread::yield();
  }
}

int main() {
  std::thread a(walk, 0), b(walk, 1);
  a.join();
  b.join();
}
