// The change waits for the mutex, so the worker has either not looked yet or sleeps already.
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
  }
  stopping.notify_one();
  worker.join();
}
