/* pthread_once and call_once: see once.h. */
#define _GNU_SOURCE
#include "hooks/once.h"

#include <pthread.h>
#include <threads.h>

struct attempt {
  void* once;
  void* pc;
  int done;
};

static void settle(struct attempt* a) { lockstep_once_end(a->once, a->pc, a->done); }

static void run(void* once, void (*initialise)(void), void* pc) {
  __attribute__((cleanup(settle))) struct attempt a = {once, pc, 0};
  initialise();
  a.done = 1;
}

__attribute__((visibility("default"))) int pthread_once(pthread_once_t* once, void (*initialise)(void)) {
  void* pc = __builtin_return_address(0);
  switch (lockstep_once_begin(once, pc)) {
    case -1: {
      int (*real)(pthread_once_t*, void (*)(void)) = lockstep_real("pthread_once");
      return real(once, initialise);
    }
    case 1:
      run(once, initialise, pc);
  }
  return 0;
}

__attribute__((visibility("default"))) void call_once(once_flag* once, void (*initialise)(void)) {
  void* pc = __builtin_return_address(0);
  switch (lockstep_once_begin(once, pc)) {
    case -1: {
      void (*real)(once_flag*, void (*)(void)) = lockstep_real("call_once");
      real(once, initialise);
      return;
    }
    case 1:
      run(once, initialise, pc);
  }
}
