// expect: pass complete
// The guard releases the mutex while the exception unwinds.
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex m;

void work(bool bad) {
  std::lock_guard lock(m);
  if (bad) throw std::runtime_error("bad input");
}

int main() {
  std::thread t([] {
    try {
      work(true);
    } catch (const std::exception&) {
    }
  });
  work(false);
  t.join();
}
