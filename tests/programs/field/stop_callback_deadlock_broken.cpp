// expect: fail kind=deadlock
// request_stop is called with the lock that the callback takes.
#include <mutex>
#include <stop_token>
#include <thread>

int main() {
  std::mutex mutex;
  bool stopped = false;
  std::stop_source source;
  std::stop_callback callback(source.get_token(), [&] {
    std::lock_guard lock(mutex);
    stopped = true;
  });
  std::thread t([&] {
    std::lock_guard lock(mutex);
    source.request_stop();
  });
  t.join();
}
