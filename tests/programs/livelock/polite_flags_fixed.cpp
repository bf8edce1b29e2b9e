// expect: pass
// tags: spin
// Dekker's algorithm: whose turn it is not takes its flag back and waits until the other has been in.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2];
std::atomic<int> turn{0};
int entered = 0;

void enter(int me) {
  wants[me] = true;
  while (wants[1 - me]) {
    if (turn != me) {
      wants[me] = false;
      while (turn != me) std::this_thread::yield();
      wants[me] = true;
    }
  }
  ++entered;
  turn = 1 - me;
  wants[me] = false;
}

int main() {
  std::thread a(enter, 0), b(enter, 1);
  a.join();
  b.join();
  return entered == 2 ? 0 : 1;
}
