// fair_mutex is handed over in the order of arrival; while somebody waits it is never free to be snatched.
#include <lockstep/sync/fair_mutex.h>

#include <atomic>
#include <mutex>
#include <thread>

lockstep::sync::fair_mutex mutex;
std::atomic<bool> done{false};

void busy() {
  while (!done) {
    const std::lock_guard lock(mutex);
  }
}

void once() {
  const std::lock_guard lock(mutex);
  done = true;
}

int main() {
  std::thread a(busy), b(busy), waiting(once);
  waiting.join();
  a.join();
  b.join();
}
