// An auto-reset event where merging is no loss: it says "look", not "one more", and who looks takes all there is.
#include <lockstep/sync/event.h>

#include <atomic>
#include <cassert>
#include <thread>

lockstep::sync::auto_reset_event look;
std::atomic<int> waiting_jobs{0};

int main() {
  int taken = 0;
  std::thread worker([&] {
    while (taken < 2) {
      look.wait();
      taken += waiting_jobs.exchange(0);
    }
  });
  for (int job = 0; job < 2; ++job) {
    waiting_jobs.fetch_add(1);
    look.set();
  }
  worker.join();
  assert(taken == 2);
}
