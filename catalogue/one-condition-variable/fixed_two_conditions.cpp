// Who sleeps on `not_empty` can use an item, who sleeps on `not_full` a place: one notification is enough.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_full, not_empty;
bool full = false;

void put() {
  std::unique_lock lock(mutex);
  not_full.wait(lock, [] { return !full; });
  full = true;
  not_empty.notify_one();
}

void take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock, [] { return full; });
  full = false;
  not_full.notify_one();
}

int main() {
  std::thread consumer_a(take), consumer_b(take);
  put();
  put();
  consumer_a.join();
  consumer_b.join();
}
