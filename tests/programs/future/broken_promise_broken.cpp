// expect: fail kind=uncaught-exception
// The promise is abandoned with the thread that owned it: get throws broken_promise.
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread t([p = std::move(promise)]() mutable { (void)p; });
  t.join();
  return future.get();
}
