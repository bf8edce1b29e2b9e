// expect: fail kind=starvation
// tags: spin
// A test-and-set lock is not fair: one thread can take it again each time before the other looks.
#include <atomic>
#include <thread>

std::atomic_flag taken = ATOMIC_FLAG_INIT;
int turns[2];

void work(int me) {
  for (;;) {
    while (taken.test_and_set()) std::this_thread::yield();
    turns[me] = 1;
    taken.clear();
  }
}

int main() {
  std::thread a(work, 0), b(work, 1);
  a.join();
  b.join();
}
