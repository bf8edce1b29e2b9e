// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// Works until a deadline: time passes, whatever the checker's clock does meanwhile.
#include <chrono>
#include <mutex>
#include <thread>

std::mutex m;

void work() {
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
  while (std::chrono::steady_clock::now() < end) std::lock_guard lock(m);
}

int main() {
  std::thread a(work), b(work);
  a.join();
  b.join();
}
