// Memory that processes share is shared memory: an increment in it is a read and a write.
#include <sys/mman.h>

#include <cassert>
#include <thread>

struct Shared {
  int requests;
};

int main() {
  auto* shared =
      static_cast<Shared*>(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  assert(shared != MAP_FAILED);
  auto serve = [shared] { ++shared->requests; };
  std::thread worker_a(serve), worker_b(serve);
  worker_a.join();
  worker_b.join();
  assert(shared->requests == 2 && "all requests are counted");
  munmap(shared, sizeof(Shared));
}
