#include "dump/syscalls.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace lockstep::dump {
namespace {

constexpr std::array kCalls = {
    SleepingCall{SYS_futex, "futex", Sleep::kFutex},
    SleepingCall{SYS_read, "read", Sleep::kDescriptor},
    SleepingCall{SYS_readv, "readv", Sleep::kDescriptor},
    SleepingCall{SYS_pread64, "pread", Sleep::kDescriptor},
    SleepingCall{SYS_write, "write", Sleep::kDescriptor, true},
    SleepingCall{SYS_writev, "writev", Sleep::kDescriptor, true},
    SleepingCall{SYS_pwrite64, "pwrite", Sleep::kDescriptor, true},
    SleepingCall{SYS_recvfrom, "recv", Sleep::kDescriptor},
    SleepingCall{SYS_recvmsg, "recvmsg", Sleep::kDescriptor},
    SleepingCall{SYS_sendto, "send", Sleep::kDescriptor, true},
    SleepingCall{SYS_sendmsg, "sendmsg", Sleep::kDescriptor, true},
    SleepingCall{SYS_accept, "accept", Sleep::kOutside},
    SleepingCall{SYS_accept4, "accept", Sleep::kOutside},
    SleepingCall{SYS_connect, "connect", Sleep::kOutside},
    SleepingCall{SYS_poll, "poll", Sleep::kOutside},
    SleepingCall{SYS_ppoll, "ppoll", Sleep::kOutside},
    SleepingCall{SYS_select, "select", Sleep::kOutside},
    SleepingCall{SYS_pselect6, "pselect", Sleep::kOutside},
    SleepingCall{SYS_epoll_wait, "epoll_wait", Sleep::kOutside},
    SleepingCall{SYS_epoll_pwait, "epoll_wait", Sleep::kOutside},
    SleepingCall{SYS_epoll_pwait2, "epoll_pwait2", Sleep::kOutside},
    SleepingCall{SYS_io_getevents, "io_getevents", Sleep::kOutside},
    SleepingCall{SYS_io_uring_enter, "io_uring_enter", Sleep::kOutside},
    SleepingCall{SYS_wait4, "waitpid", Sleep::kOutside},
    SleepingCall{SYS_waitid, "waitid", Sleep::kOutside},
    SleepingCall{SYS_pause, "pause", Sleep::kOutside},
    SleepingCall{SYS_rt_sigsuspend, "sigsuspend", Sleep::kOutside},
    SleepingCall{SYS_rt_sigtimedwait, "sigwait", Sleep::kOutside},
    SleepingCall{SYS_msgrcv, "msgrcv", Sleep::kOutside},
    SleepingCall{SYS_msgsnd, "msgsnd", Sleep::kOutside},
    SleepingCall{SYS_mq_timedreceive, "mq_receive", Sleep::kOutside},
    SleepingCall{SYS_mq_timedsend, "mq_send", Sleep::kOutside},
    SleepingCall{SYS_semop, "semop", Sleep::kOutside},
    SleepingCall{SYS_semtimedop, "semtimedop", Sleep::kOutside},
    SleepingCall{SYS_open, "open", Sleep::kOutside},
    SleepingCall{SYS_openat, "open", Sleep::kOutside},
    SleepingCall{SYS_fsync, "fsync", Sleep::kOutside},
    SleepingCall{SYS_fdatasync, "fdatasync", Sleep::kOutside},
    SleepingCall{SYS_nanosleep, "nanosleep", Sleep::kTime},
    SleepingCall{SYS_clock_nanosleep, "clock_nanosleep", Sleep::kTime},
    SleepingCall{SYS_flock, "flock", Sleep::kFileLock},
    SleepingCall{SYS_fcntl, "fcntl", Sleep::kFileLock},
};

constexpr std::array kFailAfterStop = {SYS_epoll_wait,   SYS_epoll_pwait,    SYS_epoll_pwait2,    SYS_semop,
                                       SYS_semtimedop,   SYS_msgrcv,         SYS_msgsnd,          SYS_rt_sigtimedwait,
                                       SYS_io_getevents, SYS_io_uring_enter, SYS_mq_timedreceive, SYS_mq_timedsend};

// What the kernel leaves in rax of a thread whose sleep a stop has interrupted, include/linux/errno.h: the thread never
// sees them.
constexpr std::int64_t kRestartFirst = -516, kRestartLast = -512;

}  // namespace

const SleepingCall* sleeping_call(long number) {
  const auto it = std::find_if(kCalls.begin(), kCalls.end(), [&](auto& c) { return c.number == number; });
  return it == kCalls.end() ? nullptr : &*it;
}

bool fails_after_stop(long number) {
  return std::find(kFailAfterStop.begin(), kFailAfterStop.end(), number) != kFailAfterStop.end();
}

void set_registers(ThreadState* thread, const user_regs_struct& r) {
  thread->registers = {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
                       r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};
  const auto number = static_cast<long>(r.orig_rax);
  const auto result = static_cast<std::int64_t>(r.rax);
  const bool interrupted = (result >= kRestartFirst && result <= kRestartLast) || (result == -EINTR && number >= 0);
  thread->syscall = number >= 0 && interrupted ? number : -1;
  thread->arguments = {r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9};
}

void resolve_restarted(Snapshot* snapshot) {
  for (ThreadState& t : snapshot->threads) {
    if (t.syscall != SYS_restart_syscall) continue;
    // `mov $number, %eax` (b8 and four bytes) shortly before `syscall`.
    std::array<unsigned char, 40> code{};
    if (!snapshot->memory.read(t.registers[kRip] - code.size(), code.data(), code.size())) continue;
    for (std::size_t i = code.size() - 2 - 5 + 1; i-- > 0;) {
      std::uint32_t number = 0;
      std::memcpy(&number, code.data() + i + 1, sizeof number);
      if (code[i] == 0xb8 && sleeping_call(static_cast<long>(number))) {
        t.syscall = static_cast<long>(number);
        break;
      }
    }
  }
}

}  // namespace lockstep::dump
