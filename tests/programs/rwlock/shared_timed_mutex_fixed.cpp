// expect: pass complete
// A shared_timed_mutex: the reader gives up after a while, the writer does not.
#include <cassert>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_timed_mutex m;
int a, b;

int main() {
  std::thread writer([] {
    std::unique_lock lock(m);
    a = 1;
    b = 1;
  });
  if (m.try_lock_shared_for(std::chrono::milliseconds(5))) {
    assert(a == b);
    m.unlock_shared();
  }
  writer.join();
}
