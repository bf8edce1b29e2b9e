// With one condition variable every sleeper has to look: the one who can go on is among them.
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
  changed.notify_all();
}

void take() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return full; });
  full = false;
  changed.notify_all();
}

int main() {
  std::thread consumer_a(take), consumer_b(take);
  put();
  put();
  consumer_a.join();
  consumer_b.join();
}
