// The producers are joined before the pills are sent, and there is one for each consumer.
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

void consume() {
  while (take() != kPill) ++consumed;
}

int main() {
  std::thread consumer_a(consume), consumer_b(consume);
  std::thread producer(put, 1);
  put(2);
  producer.join();
  put(kPill);
  put(kPill);
  consumer_a.join();
  consumer_b.join();
  assert(consumed == 2 && "every item was taken");
}
