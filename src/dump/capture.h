// Takes the snapshot of a live process.
//
// Its threads are stopped by PTRACE_SEIZE and PTRACE_INTERRUPT, registers, stacks and lock words are copied, and all go
// on; everything else happens afterwards, on the copies. Nothing is written into the process. The kernel lets seized
// threads go on when the thread that seized them ends, however it ends, so nothing is ever left stopped. Threads asleep
// in a call that would fail with EINTR after a stop (epoll_wait, ...), or that cannot be stopped (in state D), are
// looked at without stopping them: they sleep.
//
// Thread safety: several captures of different processes may run at the same time. Throws host::UserError: exit status
// 2 for no such process, 5 for what is not permitted, with what is missing and how to get it.
#pragma once

#include "dump/snapshot.h"

namespace lockstep::dump {

Snapshot capture(int pid);

}  // namespace lockstep::dump
