// No execution goes wrong. Each caller waits for the requests of all before it.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

std::mutex mutex;
int cached = 0;

int fetch() {
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the network
  return 42;
}

int get() {
  std::lock_guard lock(mutex);
  if (cached == 0) cached = fetch();
  return cached;
}

int main() {
  std::thread other([] { assert(get() == 42); });
  assert(get() == 42);
  other.join();
}
