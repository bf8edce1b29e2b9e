// expect: pass complete
// A reader that cannot get the lock at once uses its own older copy.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int value = 1;

int main() {
  int copy = 1;
  std::thread writer([] {
    std::unique_lock lock(m);
    value = 2;
  });
  if (m.try_lock_shared()) {
    copy = value;
    m.unlock_shared();
  }
  assert(copy == 1 || copy == 2);
  writer.join();
}
