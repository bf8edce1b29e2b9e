// "I hold it for another tick": true when it was looked at.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

std::atomic<int> now{0};

class LockService {
 public:
  int acquire() {  // until when it is granted; 0: not
    std::lock_guard lock(mutex_);
    if (now < expires_) return 0;
    expires_ = now + 1;
    return expires_;
  }

 private:
  std::mutex mutex_;
  int expires_ = 0;
} service;

std::atomic<int> stored{0};
std::atomic<int> updates{0};

void client() {
  const int expires = service.acquire();
  if (expires == 0) return;
  const int value = stored;
  if (now >= expires) return;  // too late
  stored = value + 1;
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
