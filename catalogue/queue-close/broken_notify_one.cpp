// Both consumers wait for the end; one is told.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
std::queue<int> queue;
bool closed = false;

void close() {
  std::lock_guard lock(mutex);
  closed = true;
  changed.notify_one();
}

bool take(int& item) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return closed || !queue.empty(); });
  if (queue.empty()) return false;
  item = queue.front();
  queue.pop();
  return true;
}

void consume() {
  int item = 0;
  while (take(item)) {
  }
}

int main() {
  std::thread a(consume), b(consume);
  close();
  a.join();
  b.join();
}
