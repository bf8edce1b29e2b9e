// expect: pass
// A stop_callback wakes a waiter; it is deregistered before what it uses dies.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

struct Waiter {
  std::mutex mutex;
  std::condition_variable condition;
  bool stopped = false;
  void wait(std::stop_token token) {
    std::stop_callback wake(token, [this] {
      std::lock_guard lock(mutex);
      stopped = true;
      condition.notify_all();
    });
    std::unique_lock lock(mutex);
    condition.wait(lock, [this] { return stopped; });
  }
};

int main() {
  std::stop_source source;
  std::jthread t([token = source.get_token()] {
    Waiter w;
    w.wait(token);
    assert(w.stopped);
  });
  assert(source.request_stop());
  assert(!source.request_stop());
}
