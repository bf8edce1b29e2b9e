// expect: pass
// condition_variable_any with a shared lock: readers wait for the writer's value.
#include <cassert>
#include <condition_variable>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
std::condition_variable_any cv;
int value;

int main() {
  std::thread reader([] {
    std::shared_lock lock(m);
    cv.wait(lock, [] { return value != 0; });
    assert(value == 3);
  });
  {
    std::lock_guard lock(m);
    value = 3;
  }
  cv.notify_all();
  reader.join();
}
