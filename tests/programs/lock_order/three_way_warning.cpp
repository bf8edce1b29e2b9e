// expect: pass complete warning=lock-order
// A circle of three, kept apart by a counter.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex lock[3];
std::atomic<int> turn{0};

void visit(int i) {
  if (turn.load() != i) return;
  {
    std::lock_guard outer(lock[i]);
    std::lock_guard inner(lock[(i + 1) % 3]);
  }
  turn.store(i + 1);
}

int main() {
  std::thread t0(visit, 0), t1(visit, 1), t2(visit, 2);
  t0.join();
  t1.join();
  t2.join();
}
