// Who waits for paper cannot be woken by ink.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable paper_came, ink_came;
bool paper = false, ink = false;

int main() {
  std::thread printer([] {
    std::unique_lock lock(mutex);
    paper_came.wait(lock, [] { return paper; });
  });
  std::thread plotter([] {
    std::unique_lock lock(mutex);
    ink_came.wait(lock, [] { return ink; });
  });
  {
    const std::lock_guard lock(mutex);
    paper = true;
  }
  paper_came.notify_one();
  {
    const std::lock_guard lock(mutex);
    ink = true;
  }
  ink_came.notify_one();
  printer.join();
  plotter.join();
}
