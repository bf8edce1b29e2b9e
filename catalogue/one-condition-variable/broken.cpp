// The two consumers sleep where the producer sleeps: a consumer's notification may wake the other consumer.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
bool full = false;

void put() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return !full; });
  full = true;
  changed.notify_one();
}

void take() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return full; });
  full = false;
  changed.notify_one();
}

int main() {
  std::thread consumer_a(take), consumer_b(take);
  put();
  put();
  consumer_a.join();
  consumer_b.join();
}
