// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A coroutine and a thread wait for the same queue: each value reaches one of them, and a coroutine that was suspended
// is resumed.
#include <cassert>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/bounded_queue.h"

detached take(lockstep::sync::bounded_queue<int>& queue, inline_executor& executor, std::optional<int>& got) {
  got = co_await queue.pop_async(executor);
}

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  inline_executor executor;
  std::optional<int> by_coroutine;
  std::optional<int> by_thread;
  take(queue, executor, by_coroutine);
  std::thread consumer([&] { by_thread = queue.pop(); });
  queue.push(1);
  queue.push(2);
  consumer.join();
  assert(*by_coroutine + *by_thread == 3);
}
