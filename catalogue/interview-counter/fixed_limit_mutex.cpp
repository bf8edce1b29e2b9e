// One lock over the check and the addition.
#include <cassert>
#include <mutex>
#include <thread>

constexpr int kLimit = 1;
std::mutex mutex;
int used = 0;

bool take() {
  std::lock_guard lock(mutex);
  if (used == kLimit) return false;
  ++used;
  return true;
}

int main() {
  std::thread other(take);
  take();
  other.join();
  assert(used == kLimit && "the limit, exactly");
}
