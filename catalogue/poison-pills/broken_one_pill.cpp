// One pill stops one consumer.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

constexpr int kPill = -1;
std::mutex mutex;
std::condition_variable not_empty;
std::queue<int> queue;

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
  while (take() != kPill) {
  }
}

int main() {
  std::thread a(consume), b(consume);
  put(1);
  put(kPill);
  a.join();
  b.join();
}
