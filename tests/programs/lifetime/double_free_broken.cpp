// expect: fail kind=double-free
// Check and free are under the lock, but the pointer is not cleared.
#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex m;
void* block = std::malloc(16);

void release() {
  std::lock_guard lock(m);
  if (block != nullptr) std::free(block);
}

int main() {
  std::thread t(release);
  release();
  t.join();
}
