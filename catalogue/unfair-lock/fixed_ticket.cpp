// Draw a number and wait until it is called.
#include <atomic>
#include <thread>

class TicketLock {
 public:
  void lock() {
    const unsigned mine = next_.fetch_add(1, std::memory_order_relaxed);
    while (serving_.load(std::memory_order_acquire) != mine) std::this_thread::yield();
  }
  void unlock() { serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  std::atomic<unsigned> next_{0}, serving_{0};
};

TicketLock ticket_lock;
std::atomic<bool> done{false};

void busy() {
  while (!done) {
    ticket_lock.lock();
    ticket_lock.unlock();
  }
}

void once() {
  ticket_lock.lock();
  done = true;
  ticket_lock.unlock();
}

int main() {
  std::thread a(busy), b(busy), waiting(once);
  waiting.join();
  a.join();
  b.join();
}
