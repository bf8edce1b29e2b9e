// Stands in for GenMC's header, so that tests written for it run natively.
#pragma once

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif
void conformance_assume(int condition);
#define __VERIFIER_assume(condition) conformance_assume(!!(condition))
#define __VERIFIER_loop_begin()
#define __VERIFIER_spin_start()
#define __VERIFIER_spin_end(condition)
#define __VERIFIER_optional(x) x
#define __VERIFIER_local_write(x) x
#define __VERIFIER_final_write(x) x
#define __VERIFIER_helped_CAS(x) x
#define __VERIFIER_helping_CAS(x) x
#define __VERIFIER_final_CAS(x) x

typedef pthread_t __VERIFIER_thread_t;
static inline pthread_t __VERIFIER_spawn(void* (*start)(void*), void* argument) {
  pthread_t t;
  if (pthread_create(&t, 0, start, argument)) abort();
  return t;
}
static inline pthread_t __VERIFIER_spawn_symmetric(void* (*start)(void*), void* argument, pthread_t other) {
  (void)other;
  return __VERIFIER_spawn(start, argument);
}
static inline void* __VERIFIER_join(pthread_t t) {
  void* result;
  pthread_join(t, &result);
  return result;
}
static inline void __VERIFIER_join_symmetric(pthread_t t) { pthread_join(t, 0); }
#ifdef __cplusplus
}
#endif
