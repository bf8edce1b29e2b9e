// Each grant has a larger token. The storage remembers the largest one and refuses what is older.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

std::atomic<int> now{0};

class LockService {
 public:
  int acquire() {  // a fencing token; 0: not granted
    std::lock_guard lock(mutex_);
    if (now < expires_) return 0;
    expires_ = now + 1;
    return ++token_;
  }

 private:
  std::mutex mutex_;
  int expires_ = 0, token_ = 0;
} service;

class Storage {
 public:
  bool read(int token, int& value) {
    std::lock_guard lock(mutex_);
    if (!admit(token)) return false;
    value = value_;
    return true;
  }
  bool write(int token, int value) {
    std::lock_guard lock(mutex_);
    if (!admit(token)) return false;
    value_ = value;
    return true;
  }
  int value() {
    std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  bool admit(int token) {
    if (token < largest_) return false;
    largest_ = token;
    return true;
  }
  std::mutex mutex_;
  int value_ = 0, largest_ = 0;
} storage;

std::atomic<int> updates{0};

void client() {
  const int token = service.acquire();
  int value = 0;
  if (token == 0 || !storage.read(token, value)) return;
  if (storage.write(token, value + 1)) ++updates;
}

int main() {
  std::thread clock([] { now = 1; });
  std::thread other(client);
  client();
  other.join();
  clock.join();
  assert(storage.value() == updates && "no update under the lock is lost");
}
