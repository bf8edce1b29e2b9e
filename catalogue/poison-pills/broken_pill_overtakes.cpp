// The count is right, the time is not: the pill of the producer that is done first stands before the other's item.
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

constexpr int kPill = -1;
std::mutex mutex;
std::condition_variable not_empty;
std::queue<int> queue;
std::atomic<int> consumed{0};

void put(int item) {
  std::lock_guard lock(mutex);
  queue.push(item);
  not_empty.notify_one();
}

int take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock, [] { return !queue.empty(); });
  int item = queue.front();
  queue.pop();
  return item;
}

void produce(int item) {
  put(item);
  put(kPill);
}

int main() {
  std::thread one(produce, 1), two(produce, 2);
  while (take() != kPill) ++consumed;  // one consumer, stops at the first pill
  one.join();
  two.join();
  assert(consumed == 2 && "every item was taken");
}
