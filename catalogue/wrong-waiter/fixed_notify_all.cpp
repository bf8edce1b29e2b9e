// All are woken, and each looks for itself.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
bool paper = false, ink = false;

int main() {
  std::thread printer([] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return paper; });
  });
  std::thread plotter([] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return ink; });
  });
  {
    const std::lock_guard lock(mutex);
    paper = true;
  }
  changed.notify_all();
  {
    const std::lock_guard lock(mutex);
    ink = true;
  }
  changed.notify_all();
  printer.join();
  plotter.join();
}
