// Which system calls a thread sleeps in, and what ends such a sleep.
//
// Thread safety: pure functions.
#pragma once

#include <sys/user.h>

#include <string_view>

#include "dump/snapshot.h"

namespace lockstep::dump {

enum class Sleep {
  kFutex,       // a word of memory
  kDescriptor,  // what the first argument refers to
  kFileLock,    // a lock on the file that the first argument refers to
  kTime,        // a time to come
  kOutside,     // other processes, devices, the network, a person
};

struct SleepingCall {
  long number;
  std::string_view name;
  Sleep ends;
  bool writes = false;  // to the descriptor
};

/// Null for calls that do not sleep, or that are not known.
const SleepingCall* sleeping_call(long number);

/// Whether the call fails with EINTR when the thread is stopped and goes on, instead of being taken up again.
bool fails_after_stop(long number);

/// Fills in registers, and the call that the thread sleeps in, from the registers of a stopped or dead thread.
void set_registers(ThreadState* thread, const user_regs_struct& registers);

/// Names the call of threads whose sleep was interrupted before and taken up again, by the code in front of it.
void resolve_restarted(Snapshot* snapshot);

}  // namespace lockstep::dump
