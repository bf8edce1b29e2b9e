// A worker that waits for a task of its own pool runs other tasks meanwhile, even if it is the only worker.
#include <lockstep/sync/thread_pool.h>

#include <cassert>

int main() {
  lockstep::sync::thread_pool pool(1);
  auto served = pool.submit([&] {
    auto answer = pool.submit([] { return 42; });
    return answer.get();  // does not block the worker: it runs the answer's task itself
  });
  assert(served.get() == 42);
}
