// expect: fail kind=starvation object=top
// tags: spin
// Lock-free is not wait-free: one thread's exchange can fail for ever because another's succeeds in between.
#include <atomic>
#include <thread>

std::atomic<int> top{0};
std::atomic<bool> done{false};

int main() {
  std::thread busy([] {
    while (!done) top.store(1 - top.load());
  });
  std::thread unlucky([] {
    int seen = top.load();
    while (!top.compare_exchange_strong(seen, seen + 2)) {
    }
    done = true;
  });
  busy.join();
  unlucky.join();
}
