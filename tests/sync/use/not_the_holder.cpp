// expect: fail kind=lock-misuse object=vault
// flags: -llockstep_sync
#include <thread>

#include "lockstep/sync/mutex.h"

lockstep::sync::mutex m("vault");

int main() {
  m.lock();
  std::thread([] { m.unlock(); }).join();
}
