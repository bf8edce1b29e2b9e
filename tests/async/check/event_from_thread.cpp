// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_async_checked -llockstep_sync -luring -ldw
// A thread sets an event that a task awaits: the loop sleeps or not, is woken or not, and never sleeps through it.
#include <cassert>
#include <thread>

#include "lockstep/async/locks.h"
#include "lockstep/async/run.h"
#include "lockstep/sync/event.h"

using namespace lockstep::async;

task<> program(lockstep::sync::event& happened, int& data) {
  co_await wait(happened);
  assert(data == 1);
}

int main() {
  lockstep::sync::event happened(false);
  int data = 0;
  std::thread other([&] {
    data = 1;
    happened.set();
  });
  run(program(happened, data), {.backend = backend_kind::simulated, .virtual_time = true});
  other.join();
}
