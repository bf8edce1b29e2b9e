// expect: pass
// tags: spin
// Passed on at most once.
#include <atomic>
#include <thread>

std::atomic<int> box{1};
std::atomic<bool> passed{false};

void serve(int me) {
  for (;;) {
    int to = box;
    if (to == 0) return;
    if (to != me) continue;
    if (!passed) {
      passed = true;
      box = 3 - me;
      continue;
    }
    box = 0;
    return;
  }
}

int main() {
  std::thread a(serve, 1), b(serve, 2);
  a.join();
  b.join();
}
