// expect: pass
// options: --time 2s --depth 4000
// One mutex a forks, taken in one order: a mutex comes to everybody who waits for it.
#include <mutex>
#include <thread>

std::mutex forks[2];

void dine(int first, int last) {
  for (;;) {
    for (int i = first; i <= last; ++i) forks[i].lock();
    for (int i = last; i >= first; --i) forks[i].unlock();
  }
}

int main() {
  std::thread a(dine, 0, 0), b(dine, 0, 1), c(dine, 1, 1);
  a.join();
  b.join();
  c.join();
}
