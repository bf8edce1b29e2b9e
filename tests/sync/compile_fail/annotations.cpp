// only: clang
// The thread-safety annotations bite.
#include "lockstep/sync/annotations.h"

#include "lockstep/sync/fair_mutex.h"
#include "lockstep/sync/guarded.h"
#include "lockstep/sync/lock_guard.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/shared_mutex.h"

using namespace lockstep::sync;

struct account {
  mutex m;
  shared_mutex s;
  fair_mutex f;
  int balance LOCKSTEP_GUARDED_BY(m) = 0;
  int rate LOCKSTEP_GUARDED_BY(s) = 0;
  int total LOCKSTEP_GUARDED_BY(f) = 0;

  void add_locked(int n) LOCKSTEP_REQUIRES(m) { balance += n; }
  void add(int n) {
    lock_guard lock(m);
    add_locked(n);
  }
  int read_rate() {
    shared_lock_guard lock(s);
    return rate;
  }
#if CASE == 1  // error: writing variable 'balance' requires holding mutex 'm'
  void bad() { balance = 1; }
#elif CASE == 2  // error: calling function 'add_locked' requires holding mutex 'm'
  void bad() { add_locked(1); }
#elif CASE == 3  // error: writing variable 'rate' requires holding shared_mutex 's' exclusively
  void bad() {
    shared_lock_guard lock(s);
    rate = 1;
  }
#elif CASE == 4  // error: mutex 'm' is still held at the end of function
  void bad() { m.lock(); }
#elif CASE == 5  // error: acquiring mutex 'm' that is already held
  void bad() {
    lock_guard lock(m);
    m.lock();
  }
#elif CASE == 6  // error: reading variable 'total' requires holding mutex 'f'
  int bad() { return total; }
#elif CASE == 7  // error: releasing mutex 'm' that was not held
  void bad() { m.unlock(); }
#endif
};
