// expect: fail kind=deadlock pattern=self-deadlock object=bank.lock
// flags: -llockstep_sync
// A lock without a name is called what the program calls it.
#include <mutex>

#include "lockstep/sync/fair_mutex.h"

struct {
  lockstep::sync::fair_mutex lock;
} bank;

int main() {
  std::lock_guard outer(bank.lock);
  std::lock_guard inner(bank.lock);
}
