// expect: fail kind=livelock
// tags: spin
// Two polite threads: each raises its flag, sees the other's, takes its own back and tries again. In lockstep they do
// so for ever.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2];
int entered = 0;

void enter(int me) {
  for (;;) {
    wants[me] = true;
    if (!wants[1 - me]) break;
    wants[me] = false;
  }
  ++entered;
  wants[me] = false;
}

int main() {
  std::thread a(enter, 0), b(enter, 1);
  a.join();
  b.join();
  return entered == 2 ? 0 : 1;
}
