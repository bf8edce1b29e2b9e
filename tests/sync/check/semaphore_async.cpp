// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A semaphore as a mutex: a permit orders what its holders do, and one that waits in a coroutine is served like a
// thread. The stop of the coroutine's wait races with the release.
#include <cassert>
#include <stop_token>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/semaphore.h"

lockstep::sync::binary_semaphore s(0);
inline_executor executor;
int resumed = 0;
bool got = false;

detached wait_for_permit(std::stop_token stop) {
  got = co_await s.acquire_async(executor, stop);
  ++resumed;
}

int main() {
  std::stop_source stop;
  wait_for_permit(stop.get_token());
  std::thread stopper([&] { stop.request_stop(); });
  s.release();
  stopper.join();
  assert(resumed == 1);
  assert(s.try_acquire() == !got);
}
