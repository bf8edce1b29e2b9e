// expect: fail kind=data-race
// A plain counter in memory from mmap.
#include <sys/mman.h>

#include <thread>

int main() {
  void* p = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return 1;
  int* n = static_cast<int*>(p);
  std::thread t([n] { ++*n; });
  ++*n;
  t.join();
  munmap(p, 4096);
}
