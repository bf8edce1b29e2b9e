// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

#include "lockstep/sync/mutex.h"

lockstep::sync::mutex m;
int n;

int main() {
  using namespace std::chrono_literals;
  int got = 0;
  std::jthread other([&](const std::stop_token& stop) {
    if (m.lock(stop)) {
      ++n;
      m.unlock();
    }
  });
  if (m.try_lock_for(1ms)) {
    ++n;
    ++got;
    m.unlock();
  }
  other.request_stop();
  other.join();
  assert(n >= got);
  assert(!m.held_by_this_thread());
}
