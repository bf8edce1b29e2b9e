// The world outside of the program: what hooks of files, sockets and processes have in common.
//
// An execution must be repeatable, and nothing but the explorer may decide who waits for whom. So a call is
//  - passed on when it only looks at, or computes with, what stays the same;
//  - passed on after process::needs_fork when it changes the process in a way that a snapshot cannot undo;
//  - refused (program.unsupported, with what to do instead) when it could wait for something real, or hands data
//    from thread to thread through the kernel, where the happens-before edge would be unseen.
#pragma once

#include "hooks/hook.h"
#include "hooks/process.h"

namespace lockstep::runtime::outside {

/// What stands behind a descriptor.
enum class Behind : u8 {
  kNothing,  // not open
  kFile,     // a file or directory: never waits
  kDevice,   // a terminal, /dev/null, …
  kChannel,  // pipe, FIFO, socket, eventfd, …: hands data from one thread or process to another
};
Behind behind(int fd);

/// Refuses descriptors through which threads could talk to each other. The standard streams are excepted.
void refuse_channel(int fd, const char* function, u64 pc);
/// Before a call that reads from fd: refused if it is a channel or would have to wait.
void about_to_read(Thread& t, int fd, const char* function, u64 pc);
/// Before a call that writes to fd.
void about_to_write(Thread& t, int fd, const char* function, u64 pc);
/// Before a file is opened by name: FIFOs and sources of randomness are refused.
void about_to_open(const char* path, const char* function, u64 pc);

/// The kernel may write here: without this, a page that the snapshot watches would make the call fail.
void kernel_writes(const volatile void* p, u64 size);
/// The call has read or written the program's memory: the race detector is told, unless a system library made the call
/// with memory of its own.
void buffer_read(Thread& t, const volatile void* p, u64 size, u64 pc);
void buffer_written(Thread& t, const volatile void* p, u64 size, u64 pc);

/// program.unsupported("function: why").
[[noreturn]] void refuse(const char* function, const char* why, u64 pc);

}  // namespace lockstep::runtime::outside

/// A call that is refused while an execution runs.
#define LOCKSTEP_REFUSED(result, name, parameters, arguments, why) \
  LOCKSTEP_EXPORT result name parameters {                         \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name) arguments);                  \
    ::lockstep::runtime::outside::refuse(#name, why, pc);          \
  }
/// A call that a snapshot cannot undo.
#define LOCKSTEP_NEEDS_FORK(result, name, parameters, arguments) \
  LOCKSTEP_EXPORT result name parameters {                       \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name) arguments);                \
    ::lockstep::runtime::process::needs_fork(t);                 \
    ++t.effects;                                                 \
    return LOCKSTEP_REAL(name) arguments;                        \
  }
/// A call in which the kernel writes `size` bytes at `p`.
#define LOCKSTEP_FILLS(result, name, parameters, arguments, p, size) \
  LOCKSTEP_EXPORT result name parameters {                           \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name) arguments);                    \
    ::lockstep::runtime::outside::kernel_writes(p, size);            \
    ++t.effects;                                                     \
    return LOCKSTEP_REAL(name) arguments;                            \
  }
