// expect: pass
// compilers: gcc clang
// A promise carries a value to another thread.
#include <cassert>
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread t([&] { promise.set_value(7); });
  assert(future.get() == 7);
  t.join();
}
