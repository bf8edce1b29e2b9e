// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// A token goes round for ever, by design.
#include <atomic>
#include <thread>

std::atomic<int> token{0};
int visits[3];

void pass(int me) {
  for (;;) {
    while (token != me) std::this_thread::yield();
    visits[me] = 1;
    token = (me + 1) % 3;
  }
}

int main() {
  std::thread a(pass, 0), b(pass, 1), c(pass, 2);
  a.join();
  b.join();
  c.join();
}
