// expect: pass complete
// compilers: gcc clang
// Dekker's entry protocol with seq_cst flags: at most one thread enters.
#include <atomic>
#include <thread>

std::atomic<bool> flag0{false}, flag1{false};
int shared_value;

int main() {
  std::thread a([] {
    flag0.store(true);
    if (!flag1.load()) shared_value = 1;
  });
  flag1.store(true);
  if (!flag0.load()) shared_value = 2;
  a.join();
}
