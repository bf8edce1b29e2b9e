// expect: fail kind=deadlock object=connections
// flags: -llockstep_sync
// A permit that is not given back.
#include <thread>

#include "lockstep/sync/semaphore.h"

lockstep::sync::semaphore connections(1);

int main() {
  std::thread other([] { connections.acquire(); });
  connections.acquire();
  connections.release();
  other.join();
}
