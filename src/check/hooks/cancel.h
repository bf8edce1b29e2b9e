// Cleanup handlers of C code that is compiled without -fexceptions: pthread_cleanup_push keeps them in a list of jump
// buffers. (In C++, and in C with -fexceptions, they are unwound like destructors.)
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::cancel {

/// A thread that exits has unwound its stack down to a frame whose stack pointer is `frame`: if the innermost handler
/// belongs to this frame (or one below), jumps there and does not return; the handler comes back through
/// __pthread_unwind_next, which calls threads::exit_thread again. Call with `running` set to &t.
void unwound_to(Thread& t, u64 frame);

}  // namespace lockstep::runtime::cancel
