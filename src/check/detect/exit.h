// What is wrong when the process ends: its status, leaked memory, threads that are still there.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::detect {

/// Ends the execution with a bug if there is one; adds warnings to the program otherwise.
void at_exit(Thread& t, int status, const u16* live, u32 count);

}  // namespace lockstep::runtime::detect
