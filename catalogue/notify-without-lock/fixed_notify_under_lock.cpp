// Notifying while holding the lock is right, too; the worker then waits for the mutex.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable stopping;
std::atomic<bool> stop{false};

int main() {
  std::thread worker([] {
    std::unique_lock lock(mutex);
    while (!stop) stopping.wait(lock);
  });
  {
    const std::lock_guard lock(mutex);
    stop = true;
    stopping.notify_one();
  }
  worker.join();
}
