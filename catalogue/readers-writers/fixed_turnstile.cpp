// Everybody goes through the turnstile; a writer keeps it until the readers before it have left.
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

class FairSharedMutex {
 public:
  void lock() {
    const std::lock_guard turn(turnstile_);  // kept while the readers inside leave: no new one comes in
    room_.lock();
  }
  void unlock() { room_.unlock(); }
  void lock_shared() {
    const std::lock_guard turn(turnstile_);
    room_.lock_shared();
  }
  void unlock_shared() { room_.unlock_shared(); }

 private:
  std::mutex turnstile_;
  std::shared_mutex room_;
};

FairSharedMutex mutex;
std::atomic<bool> written{false};

void read_until_written() {
  while (!written) {
    const std::shared_lock lock(mutex);
  }
}

void write_once() {
  const std::unique_lock lock(mutex);
  written = true;
}

int main() {
  std::thread a(read_until_written), b(read_until_written), writer(write_once);
  writer.join();
  a.join();
  b.join();
}
