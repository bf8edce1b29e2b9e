// expect: fail kind=data-race|livelock
// tags: spin
// A ticket lock whose ticket is drawn with a load and a store: two threads may draw the same.
#include <atomic>
#include <thread>

std::atomic<unsigned> next{0}, serving{0};
int counter;

void increment() {
  unsigned mine = next.load();
  next.store(mine + 1);
  while (serving.load() != mine) std::this_thread::yield();
  ++counter;
  serving.store(mine + 1);
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
}
