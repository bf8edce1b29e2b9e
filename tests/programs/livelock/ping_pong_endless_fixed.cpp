// expect: pass
// options: --time 2s --depth 4000
// Two servers that take turns for ever, by design: both get on.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable turned;
int turn = 0;

void play(int me) {
  for (;;) {
    std::unique_lock lock(m);
    turned.wait(lock, [me] { return turn == me; });
    turn = 1 - me;
    turned.notify_all();
  }
}

int main() {
  std::thread a(play, 0), b(play, 1);
  a.join();
  b.join();
}
