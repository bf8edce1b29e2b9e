// expect: pass complete
// Readers and writers of one mutex and a condition variable, with a reader count.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
int readers;
int a, b;

int main() {
  std::thread reader([] {
    {
      std::lock_guard lock(m);
      ++readers;
    }
    assert(a == b);
    std::lock_guard lock(m);
    if (--readers == 0) cv.notify_all();
  });
  {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return readers == 0; });
    ++a;
    ++b;
  }
  reader.join();
}
