// expect: fail kind=deadlock
// compilers: gcc clang
// The worker returns early without setting the promise, which lives on in main: the future is never ready.
#include <future>
#include <thread>

void work(std::promise<int>& promise, bool ok) {
  if (!ok) return;
  promise.set_value(1);
}

int main() {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread t([&] { work(promise, false); });
  int v = future.get();
  t.join();
  return v;
}
