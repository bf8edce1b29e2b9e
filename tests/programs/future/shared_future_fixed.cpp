// expect: pass
// Each waiter has its own copy of the shared_future.
#include <cassert>
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::shared_future<int> shared = promise.get_future().share();
  std::thread t([copy = shared] { assert(copy.get() == 3); });
  promise.set_value(3);
  assert(shared.get() == 3);
  t.join();
}
