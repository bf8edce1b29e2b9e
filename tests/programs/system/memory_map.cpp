// expect: pass complete
// Threads share memory from mmap.
#include <sys/mman.h>

#include <atomic>
#include <new>
#include <thread>

int main() {
  void* p = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return 1;
  auto* n = new (p) std::atomic<int>(0);
  std::thread t([n] { n->fetch_add(1); });
  n->fetch_add(1);
  t.join();
  int result = *n;
  munmap(p, 1 << 20);
  return result == 2 ? 0 : 2;
}
