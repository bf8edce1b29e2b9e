// The notification is all there is. Nobody keeps it for a waiter that comes later.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable loaded;

int main() {
  std::thread loader([] { loaded.notify_one(); });
  {
    std::unique_lock lock(mutex);
    loaded.wait(lock);
  }
  loader.join();
}
