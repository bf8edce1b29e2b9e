// Closed means that nothing more comes in, not that what is in is thrown away.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
std::queue<int> queue;
bool closed = false;

void put(int item) {
  std::lock_guard lock(mutex);
  queue.push(item);
  changed.notify_one();
}

void close() {
  std::lock_guard lock(mutex);
  closed = true;
  changed.notify_all();
}

bool take(int& item) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return closed || !queue.empty(); });
  if (closed) return false;
  item = queue.front();
  queue.pop();
  return true;
}

int main() {
  int taken = 0;
  std::thread consumer([&] {
    int item = 0;
    while (take(item)) ++taken;
  });
  put(1);
  close();
  consumer.join();
  assert(taken == 1 && "what was put before the close is delivered");
}
