// Between the worker's look at stop and its sleep there is a gap; the mutex closes it only for those that take it.
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
  stop = true;
  stopping.notify_one();
  worker.join();
}
