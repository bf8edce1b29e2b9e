// expect: fail kind=deadlock pattern=lost-wakeup
// A bounded queue with one condition variable for "not empty" and "not full" and notify_one: two consumers and one
// producer, and a consumer's notification may wake the other consumer instead of the producer.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable changed;
int size;

void put() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return size == 0; });
  ++size;
  changed.notify_one();
}

void take() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return size == 1; });
  --size;
  changed.notify_one();
}

int main() {
  std::thread a(take);
  std::thread b(take);
  put();
  put();
  a.join();
  b.join();
}
