// "So that the process does not die." The result is never set.
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
bool done = false;

void load() { throw std::runtime_error("no such file"); }

void work() {
  try {
    load();
    std::lock_guard lock(mutex);
    done = true;
    changed.notify_one();
  } catch (...) {
  }
}

int main() {
  std::thread worker(work);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return done; });
  }
  worker.join();
}
