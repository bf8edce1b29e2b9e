// expect: fail kind=data-race
// One side increments through std::atomic_ref, the other reads the same int plainly.
#include <atomic>
#include <thread>

int hits;

int main() {
  std::thread a([] { std::atomic_ref<int>(hits).fetch_add(1); });
  int seen = hits;
  a.join();
  return seen > 1;
}
