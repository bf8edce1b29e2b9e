// Two threads wait for different things on one variable; each notification may wake the other one.
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
  changed.notify_one();
  {
    const std::lock_guard lock(mutex);
    ink = true;
  }
  changed.notify_one();
  printer.join();
  plotter.join();
}
