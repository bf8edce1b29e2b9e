// The same with std::mutex.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex mutex;
std::atomic<bool> done{false};

void busy() {
  while (!done) {
    mutex.lock();
    mutex.unlock();
  }
}

void once() {
  mutex.lock();
  done = true;
  mutex.unlock();
}

int main() {
  std::thread a(busy), b(busy), waiting(once);
  waiting.join();
  a.join();
  b.join();
}
