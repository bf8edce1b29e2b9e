// expect: pass
// options: --time 2s --depth 4000
// Two workers and a producer for ever; a worker whose work the other one always takes is idle, not starved. And main
// waits for a shutdown that nobody orders.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable not_empty, not_full, shut_down;
int items = 0;
bool stop = false;

void produce() {
  for (;;) {
    std::unique_lock lock(m);
    not_full.wait(lock, [] { return items < 2; });
    ++items;
    not_empty.notify_one();
  }
}

void consume() {
  for (;;) {
    std::unique_lock lock(m);
    not_empty.wait(lock, [] { return items > 0; });
    --items;
    not_full.notify_one();
  }
}

int main() {
  std::thread p(produce), c1(consume), c2(consume);
  {
    std::unique_lock lock(m);
    shut_down.wait(lock, [] { return stop; });
  }
  p.join();
  c1.join();
  c2.join();
}
