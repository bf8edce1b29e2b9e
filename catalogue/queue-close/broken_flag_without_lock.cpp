// "It is atomic, so it needs no lock." The consumer has checked and not yet gone to sleep; the notification comes then.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
std::queue<int> queue;
std::atomic<bool> closed{false};

void close() {
  closed = true;
  changed.notify_all();
}

bool take(int& item) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return closed || !queue.empty(); });
  if (queue.empty()) return false;
  item = queue.front();
  queue.pop();
  return true;
}

int main() {
  std::thread consumer([] {
    int item = 0;
    while (take(item)) {
    }
  });
  close();
  consumer.join();
}
