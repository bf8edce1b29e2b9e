// expect: pass complete
// All concurrent accesses go through std::atomic_ref; the plain read comes after the join.
#include <atomic>
#include <cassert>
#include <thread>

int hits;

int main() {
  std::thread a([] { std::atomic_ref<int>(hits).fetch_add(1); });
  std::atomic_ref<int>(hits).fetch_add(1);
  a.join();
  assert(hits == 2);
}
