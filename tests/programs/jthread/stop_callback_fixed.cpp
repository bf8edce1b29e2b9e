// expect: pass
// A stop_callback runs once, whether the stop comes before or after its registration.
#include <atomic>
#include <cassert>
#include <stop_token>
#include <thread>

std::atomic<int> calls{0};

int main() {
  std::stop_source source;
  std::thread t([&] { source.request_stop(); });
  {
    std::stop_callback callback(source.get_token(), [] { ++calls; });
    t.join();
  }
  assert(calls == 1);
}
