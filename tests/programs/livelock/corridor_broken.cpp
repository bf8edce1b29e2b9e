// expect: fail kind=livelock
// tags: spin
// Two people meet in a corridor; each steps aside, to the same side as the other, again and again.
#include <atomic>
#include <thread>

std::atomic<int> side[2];

void walk(int me) {
  for (;;) {
    int mine = side[me];
    if (side[1 - me] != mine) return;
    side[me] = 1 - mine;
    std::this_thread::yield();
  }
}

int main() {
  std::thread a(walk, 0), b(walk, 1);
  a.join();
  b.join();
}
