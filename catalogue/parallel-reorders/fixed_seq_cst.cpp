// seq_cst is the default: one order of all four accesses, which an interleaving explains.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> a_is_here{false}, b_is_here{false};

int main() {
  bool a_saw_b = false, b_saw_a = false;
  std::thread a([&] {
    a_is_here.store(true);
    a_saw_b = b_is_here.load();
  });
  std::thread b([&] {
    b_is_here.store(true);
    b_saw_a = a_is_here.load();
  });
  a.join();
  b.join();
  assert((a_saw_b || b_saw_a) && "whoever comes second sees the first");
}
