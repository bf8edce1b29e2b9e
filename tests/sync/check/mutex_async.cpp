// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A coroutine waits while a thread holds the mutex, and a stop races with the hand-over: exactly one of them resumes
// it, and if it is the hand-over, the coroutine holds the mutex.
#include <cassert>
#include <stop_token>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/mutex.h"

lockstep::sync::mutex m;
inline_executor executor;
int n = 0, resumed = 0;
bool got = false;

detached wait_for_mutex(std::stop_token stop) {
  auto guard = co_await m.lock_async(executor, stop);
  ++resumed;
  if (guard) {
    got = true;
    ++n;
  }
}

int main() {
  std::stop_source stop;
  m.lock();
  wait_for_mutex(stop.get_token());
  std::thread stopper([&] { stop.request_stop(); });
  ++n;
  m.unlock();
  m.lock();
  ++n;
  m.unlock();
  stopper.join();
  assert(resumed == 1);
  assert(n == 2 + got);
  assert(m.try_lock());
  m.unlock();
}
