// Whoever comes at the right moment has it. It need never be the same one's moment.
#include <atomic>
#include <thread>

class SpinLock {
 public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

SpinLock spin_lock;
std::atomic<bool> done{false};

void busy() {
  while (!done) {
    spin_lock.lock();
    spin_lock.unlock();
  }
}

void once() {
  spin_lock.lock();
  done = true;
  spin_lock.unlock();
}

int main() {
  std::thread a(busy), b(busy), waiting(once);
  waiting.join();
  a.join();
  b.join();
}
