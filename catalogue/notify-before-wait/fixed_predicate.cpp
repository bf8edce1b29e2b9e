// The fact is in a variable; the condition variable is only there to sleep on.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable loaded;
bool is_loaded = false;

int main() {
  std::thread loader([] {
    {
      const std::lock_guard lock(mutex);
      is_loaded = true;
    }
    loaded.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    loaded.wait(lock, [] { return is_loaded; });
  }
  loader.join();
}
