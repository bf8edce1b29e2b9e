// Lock service, storage and clock in one memory. A client may be paused anywhere; a lease of one tick runs out
// meanwhile.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

std::atomic<int> now{0};

class LockService {
 public:
  bool acquire() {
    std::lock_guard lock(mutex_);
    if (now < expires_) return false;
    expires_ = now + 1;
    return true;
  }

 private:
  std::mutex mutex_;
  int expires_ = 0;
} service;

std::atomic<int> stored{0};  // the storage: each operation is atomic
std::atomic<int> updates{0};

void client() {
  if (!service.acquire()) return;
  const int value = stored;
  stored = value + 1;  // perhaps long after
  ++updates;
}

int main() {
  std::thread clock([] { now = 1; });
  std::thread other(client);
  client();
  other.join();
  clock.join();
  assert(stored == updates && "no update under the lock is lost");
}
