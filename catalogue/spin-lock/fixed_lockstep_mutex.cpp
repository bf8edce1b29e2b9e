// Four bytes, one compare-exchange when it is free; a waiter spins for a moment and then sleeps.
#include <lockstep/sync/mutex.h>

#include <cassert>
#include <mutex>
#include <thread>

lockstep::sync::mutex mutex;
int counter = 0;

void work() {
  const std::lock_guard lock(mutex);
  ++counter;
}

int main() {
  std::thread other(work);
  work();
  other.join();
  assert(counter == 2);
}
