// expect: pass
// A packaged_task moved to a thread.
#include <cassert>
#include <future>
#include <thread>

int main() {
  std::packaged_task<int(int)> task([](int x) { return x * 2; });
  auto f = task.get_future();
  std::thread t(std::move(task), 4);
  assert(f.get() == 8);
  t.join();
}
