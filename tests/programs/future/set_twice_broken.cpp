// expect: fail kind=uncaught-exception
// Two threads set one promise: the second throws promise_already_satisfied.
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread a([&] { promise.set_value(1); });
  std::thread b([&] { promise.set_value(2); });
  a.join();
  b.join();
  return future.get() == 0;
}
