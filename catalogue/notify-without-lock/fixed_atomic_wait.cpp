// wait(false) sleeps only while the value is false: comparing and going to sleep are one step.
#include <atomic>
#include <thread>

std::atomic<bool> stop{false};

int main() {
  std::thread worker([] { stop.wait(false); });
  stop = true;
  stop.notify_one();
  worker.join();
}
