// One mutex, two conditions, each with its own condition variable: notify_one always wakes somebody who can use it.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

constexpr unsigned kCapacity = 1;
std::mutex mutex;
std::condition_variable not_full, not_empty;
std::queue<int> queue;

void put(int item) {
  std::unique_lock lock(mutex);
  not_full.wait(lock, [] { return queue.size() < kCapacity; });
  queue.push(item);
  assert(queue.size() <= kCapacity);
  not_empty.notify_one();
}

int take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock, [] { return !queue.empty(); });
  int item = queue.front();
  queue.pop();
  not_full.notify_one();
  return item;
}

int main() {
  std::thread one(put, 1), two(put, 2);
  assert(take() + take() == 3 && "both items, each once");
  one.join();
  two.join();
}
