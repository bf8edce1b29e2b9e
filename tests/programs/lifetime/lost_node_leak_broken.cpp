// expect: fail kind=leak
// Load and store instead of an exchange: one of two published blocks can be overwritten and lost.
#include <atomic>
#include <thread>

std::atomic<int*> slot{nullptr};

void publish(int v) {
  int* fresh = new int(v);
  int* old = slot.load();
  slot.store(fresh);
  delete old;
}

int main() {
  std::thread t(publish, 1);
  publish(2);
  t.join();
  delete slot.load();
}
