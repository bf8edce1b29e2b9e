// expect: fail kind=assertion pattern=lock-across-io object=cache
// The holder of the lock waits for a slow device, and who wants it gives up.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex cache;

int main() {
  std::thread loader([] {
    std::lock_guard guard(cache);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  });
  const bool got_it = cache.try_lock_for(std::chrono::milliseconds(10));
  assert(got_it);
  cache.unlock();
  loader.join();
}
