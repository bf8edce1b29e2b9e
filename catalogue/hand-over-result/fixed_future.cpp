// One slot, filled once, with a value or an exception.
#include <cassert>
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::future<int> result = promise.get_future();
  std::thread worker([&] { promise.set_value(42); });
  assert(result.get() == 42);
  worker.join();
}
