// expect: pass
// tags: spin
// One of them takes the right forks first: no symmetry that could be kept up for ever.
#include <mutex>
#include <thread>

std::mutex forks[3];

void dine(int me) {
  std::mutex& first = me == 2 ? forks[0] : forks[me];
  std::mutex& second = me == 2 ? forks[2] : forks[me + 1];
  first.lock();
  second.lock();
  second.unlock();
  first.unlock();
}

int main() {
  std::thread a(dine, 0), b(dine, 1), c(dine, 2);
  a.join();
  b.join();
  c.join();
}
