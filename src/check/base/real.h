// The C library's own functions, behind the ones that the runtime interposes.
//
// Thread safety: the first call of real() resolves everything; later calls only read.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "base/base.h"

namespace lockstep::runtime {

/// The next definition of a symbol after ours, nullptr if there is none.
void* real_symbol(const char* name);

struct Real {
  int (*pthread_create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
};
const Real& real();

/// Calls the next definition of a function: LOCKSTEP_REAL(read)(fd, buffer, n).
#define LOCKSTEP_REAL(name)                                                                           \
  ([]() -> decltype(&::name) {                                                                        \
    static decltype(&::name) found;                                                                   \
    if (!found) found = reinterpret_cast<decltype(&::name)>(::lockstep::runtime::real_symbol(#name)); \
    return found;                                                                                     \
  }())

}  // namespace lockstep::runtime
