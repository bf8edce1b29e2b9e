// A lock-free atomic works across processes: it has no lock that could lie elsewhere.
#include <sys/mman.h>

#include <atomic>
#include <cassert>
#include <new>
#include <thread>

struct Shared {
  std::atomic<int> requests{0};
};
static_assert(std::atomic<int>::is_always_lock_free);

int main() {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert(memory != MAP_FAILED);
  auto* shared = new (memory) Shared;
  auto serve = [shared] { ++shared->requests; };
  std::thread worker_a(serve), worker_b(serve);
  worker_a.join();
  worker_b.join();
  assert(shared->requests == 2 && "all requests are counted");
  munmap(memory, sizeof(Shared));
}
