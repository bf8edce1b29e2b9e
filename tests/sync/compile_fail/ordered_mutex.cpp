// A wrong order of ordered_mutex does not compile where the levels are known.
#include "lockstep/sync/ordered_mutex.h"

#include "lockstep/sync/lock_all.h"

using namespace lockstep::sync;

ordered_mutex<1> outer;
ordered_mutex<2> inner;

void right() {
  ordered_lock first(outer);
  ordered_lock second(inner, first);
}
#if CASE == 1  // error: level of the lock that is held
void wrong() {
  ordered_lock first(inner);
  ordered_lock second(outer, first);
}
#elif CASE == 2  // error: level of the lock that is held
void twice() {
  ordered_lock first(inner);
  ordered_lock second(inner, first);
}
#endif
