// Signals as the program sees them: handlers and masks, per execution, and raise.
//
// The kernel learns nothing of it. A handler that were installed for real would run the program's code in the middle of
// the checker, and would be there still in the next execution; and the signals that mean a crash are the checker's own
// (hooks/signals.h). So what remains is what a program does to itself: raise runs the handler then and there, as a
// function call, which is what POSIX asks for; blocked signals wait until they are unblocked. A signal to another
// thread would come at any moment and is not supported.
//
// A handler for a crash is called when the signal is raised, not when the crash happens: that is a bug and ends the
// execution.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "hooks/outside.h"

using namespace lockstep::runtime;

namespace {

constexpr int kSignals = 65;
constexpr u32 kNested = 8;
constexpr const char* kOtherThread =
    "a signal to another thread would interrupt it anywhere, which is not modelled; use a condition variable";
constexpr const char* kOtherProcess = "signals between processes are not modelled; leave that out of the test";
constexpr const char* kWaits =
    "waiting for a signal of the kernel is not modelled; use a condition variable between threads";

// A handler that is running. It may be left with longjmp: then its frame lies below the stack pointer.
struct Handling {
  u64 frame;
  u64 blocked_before;
};
struct ThreadSignals {
  u32 execution;  // whose state it is; of another one: as at the start
  u32 depth;
  u64 blocked;
  u64 pending;
  Handling handling[kNested];
  stack_t stack;
};
struct Action {
  u32 execution;
  struct sigaction now;
};
Action g_actions[kSignals];
ThreadSignals g_threads[lockstep::protocol::kMaxThreads];

u64 bit(int signal) { return u64{1} << (signal - 1); }
u64 to_bits(const sigset_t* set) { return *reinterpret_cast<const u64*>(set); }
void from_bits(sigset_t* set, u64 bits) {
  sigemptyset(set);
  *reinterpret_cast<u64*>(set) = bits;
}
bool is_valid(int signal) { return signal > 0 && signal < kSignals && signal != 32 && signal != 33; }

bool is_crash(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGABRT:
    case SIGTRAP:
    case SIGSYS:
      return true;
    default:
      return false;
  }
}
bool is_ignored_by_default(int signal) {
  return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}
bool stops_by_default(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

struct sigaction& action_of(int signal) {
  Action& a = g_actions[signal];
  if (a.execution != program.execution()) {
    fill_bytes(&a, 0, sizeof a);
    // What the process was started with: ignored or not. Handlers of the checker are none of the program's business.
    if (!is_crash(signal)) LOCKSTEP_REAL(sigaction)(signal, nullptr, &a.now);
    if (a.now.sa_handler != SIG_IGN) fill_bytes(&a.now, 0, sizeof a.now);
    a.execution = program.execution();
  }
  return a.now;
}

ThreadSignals& signals_of(Thread& t) {
  ThreadSignals& s = g_threads[t.id];
  if (s.execution != program.execution()) {
    fill_bytes(&s, 0, sizeof s);
    s.execution = program.execution();
    s.stack.ss_flags = SS_DISABLE;
    // A thread has the mask of the one that made it; looked at late, as nobody asks in most programs.
    if (t.creator != lockstep::protocol::kNoThread) {
      s.blocked = signals_of(program.thread(t.creator)).blocked;
    } else {
      sigset_t mask;
      LOCKSTEP_REAL(pthread_sigmask)(SIG_BLOCK, nullptr, &mask);
      s.blocked = to_bits(&mask);
    }
  }
  u64 here = reinterpret_cast<u64>(__builtin_frame_address(0));
  if (here < t.stack_low || here >= t.stack_high) return s;  // another thread asks
  while (s.depth && s.handling[s.depth - 1].frame < here) s.blocked = s.handling[--s.depth].blocked_before;
  return s;
}

[[noreturn]] void killed(Thread& t, int signal, u64 pc) {
  char text[64] = "SIG";
  const char* name = sigabbrev_np(signal);
  if (name) {
    append_text(text, sizeof text, name);
  } else {
    copy_text(text, sizeof text, "signal ");
    append_number(text, sizeof text, static_cast<u64>(signal));
  }
  append_text(text, sizeof text, ", raised by the program itself");
  program.bug(Kind::kCrash, &t, 0, pc, text, signal);
}

void default_action(Thread& t, int signal, u64 pc) {
  if (is_ignored_by_default(signal)) return;
  if (stops_by_default(signal)) outside::refuse("raise", "the signal would stop the process", pc);
  killed(t, signal, pc);
}

void deliver(Thread& t, int signal, u64 pc);

void deliver_pending(Thread& t, u64 pc) {
  ThreadSignals& s = signals_of(t);
  for (int signal = 1; signal < kSignals; ++signal) {
    if (!(s.pending & ~s.blocked & bit(signal))) continue;
    s.pending &= ~bit(signal);
    deliver(t, signal, pc);
  }
}

void __attribute__((noinline)) run_handler(Thread& t, int signal, u64 pc) {
  ThreadSignals& s = signals_of(t);
  struct sigaction& installed = action_of(signal);
  struct sigaction a = installed;
  if (a.sa_flags & SA_RESETHAND) installed.sa_handler = SIG_DFL;
  if (s.depth == kNested) outside::refuse("raise", "signal handlers nest too deeply", pc);
  u32 depth = s.depth;
  u64 before = s.blocked;
  s.handling[s.depth++] = {reinterpret_cast<u64>(__builtin_frame_address(0)), before};
  s.blocked |= to_bits(&a.sa_mask) | (a.sa_flags & SA_NODEFER ? 0 : bit(signal));
  siginfo_t info;
  ucontext_t context;
  fill_bytes(&info, 0, sizeof info);
  fill_bytes(&context, 0, sizeof context);
  info.si_signo = signal;
  info.si_code = SI_TKILL;
  info.si_pid = getpid();
  info.si_uid = getuid();
  running = &t;
  if (a.sa_flags & SA_SIGINFO) {
    a.sa_sigaction(signal, &info, &context);
  } else {
    a.sa_handler(signal);
  }
  running = nullptr;
  s.depth = depth;
  s.blocked = before;
}

void deliver(Thread& t, int signal, u64 pc) {
  ThreadSignals& s = signals_of(t);
  ++t.effects;
  if ((s.blocked & bit(signal)) && signal != SIGKILL && signal != SIGSTOP) {
    s.pending |= bit(signal);
    return;
  }
  auto handler = action_of(signal).sa_handler;
  if (handler == SIG_IGN) return;
  if (handler == SIG_DFL) {
    default_action(t, signal, pc);
    return;
  }
  run_handler(t, signal, pc);
  deliver_pending(t, pc);
}

// The same to another thread of the process: whatever does not run code there can be done.
void deliver_to_other(Thread& t, int signal, const char* function, u64 pc) {
  auto handler = action_of(signal).sa_handler;
  if (handler == SIG_IGN) return;
  if (handler == SIG_DFL && is_ignored_by_default(signal)) return;
  if (handler == SIG_DFL && !stops_by_default(signal)) killed(t, signal, pc);
  outside::refuse(function, kOtherThread, pc);
}

int fail(int error) {
  errno = error;
  return -1;
}

int change_action(int signal, const struct sigaction* to, struct sigaction* old) {
  if (!is_valid(signal)) return fail(EINVAL);
  struct sigaction before = action_of(signal);
  if (to) {
    if (signal == SIGKILL || signal == SIGSTOP) return fail(EINVAL);
    action_of(signal) = *to;
  }
  if (old) *old = before;
  return 0;
}

sighandler_t change_handler(int signal, sighandler_t handler, int flags) {
  struct sigaction a;
  struct sigaction old;
  fill_bytes(&a, 0, sizeof a);
  a.sa_handler = handler;
  a.sa_flags = flags;
  return change_action(signal, &a, &old) == 0 ? old.sa_handler : SIG_ERR;
}

int change_mask(Thread& t, int how, const sigset_t* set, sigset_t* old, u64 pc) {
  ThreadSignals& s = signals_of(t);
  u64 before = s.blocked;
  if (set) {
    u64 bits = to_bits(set);  // may be the same object as old
    switch (how) {
      case SIG_BLOCK:
        s.blocked |= bits;
        break;
      case SIG_UNBLOCK:
        s.blocked &= ~bits;
        break;
      case SIG_SETMASK:
        s.blocked = bits;
        break;
      default:
        return EINVAL;
    }
    s.blocked &= ~(bit(SIGKILL) | bit(SIGSTOP));
  }
  if (old) from_bits(old, before);
  deliver_pending(t, pc);
  return 0;
}

}  // namespace

LOCKSTEP_EXPORT int sigaction(int signal, const struct sigaction* to, struct sigaction* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sigaction)(signal, to, old));
  return change_action(signal, to, old);
}
LOCKSTEP_EXPORT sighandler_t signal(int number, sighandler_t handler) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(signal)(number, handler));
  return change_handler(number, handler, SA_RESTART);
}
LOCKSTEP_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sysv_signal)(number, handler));
  return change_handler(number, handler, static_cast<int>(SA_RESETHAND | SA_NODEFER));
}
// What signal() is under -std=c11 and the like.
LOCKSTEP_EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sysv_signal)(number, handler));
  return change_handler(number, handler, static_cast<int>(SA_RESETHAND | SA_NODEFER));
}
LOCKSTEP_EXPORT int siginterrupt(int signal, int interrupt) {
  using Function = int (*)(int, int);  // deprecated in the headers
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("siginterrupt"))(signal, interrupt));
  return 0;
}
LOCKSTEP_EXPORT int sigaltstack(const stack_t* stack, stack_t* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sigaltstack)(stack, old));
  ThreadSignals& s = signals_of(t);
  stack_t before = s.stack;
  if (stack) s.stack = *stack;
  if (old) *old = before;
  return 0;
}
LOCKSTEP_EXPORT int sigprocmask(int how, const sigset_t* set, sigset_t* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sigprocmask)(how, set, old));
  int error = change_mask(t, how, set, old, pc);
  return error ? fail(error) : 0;
}
LOCKSTEP_EXPORT int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_sigmask)(how, set, old));
  return change_mask(t, how, set, old, pc);
}
LOCKSTEP_EXPORT int sigpending(sigset_t* set) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sigpending)(set));
  from_bits(set, signals_of(t).pending);
  return 0;
}

LOCKSTEP_EXPORT int raise(int signal) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(raise)(signal));
  if (signal == 0) return 0;
  if (!is_valid(signal)) return fail(EINVAL);
  deliver(t, signal, pc);
  return 0;
}
LOCKSTEP_EXPORT int kill(pid_t pid, int signal) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(kill)(pid, signal));
  if (signal == 0) return LOCKSTEP_REAL(kill)(pid, 0);
  if (!is_valid(signal)) return fail(EINVAL);
  if (pid != getpid()) outside::refuse("kill", kOtherProcess, pc);
  deliver(t, signal, pc);
  return 0;
}
LOCKSTEP_EXPORT int killpg(int group, int signal) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(killpg)(group, signal));
  if (signal == 0) return LOCKSTEP_REAL(killpg)(group, 0);
  outside::refuse("killpg", kOtherProcess, pc);
}
LOCKSTEP_EXPORT int pthread_kill(pthread_t handle, int signal) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_kill)(handle, signal));
  Thread* target = program.find_thread(handle);
  if (!target || target->joined) return ESRCH;
  if (signal != 0 && !is_valid(signal)) return EINVAL;
  if (signal == 0 || target->state == ThreadState::kFinished) return 0;
  if (target == &t) {
    deliver(t, signal, pc);
  } else {
    deliver_to_other(t, signal, "pthread_kill", pc);
  }
  return 0;
}
LOCKSTEP_EXPORT int tgkill(pid_t group, pid_t tid, int signal) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(tgkill)(group, tid, signal));
  if (group != getpid()) outside::refuse("tgkill", kOtherProcess, pc);
  if (signal == 0) return 0;
  if (!is_valid(signal)) return fail(EINVAL);
  if (tid == 1000 + t.id) {  // as gettid says
    deliver(t, signal, pc);
  } else {
    deliver_to_other(t, signal, "tgkill", pc);
  }
  return 0;
}
LOCKSTEP_REFUSED(int, sigqueue, (pid_t pid, int signal, const sigval value), (pid, signal, value), kOtherThread)
LOCKSTEP_REFUSED(int, pthread_sigqueue, (pthread_t thread, int signal, const sigval value), (thread, signal, value),
                 kOtherThread)
LOCKSTEP_REFUSED(int, sigwait, (const sigset_t* set, int* signal), (set, signal), kWaits)
LOCKSTEP_REFUSED(int, sigwaitinfo, (const sigset_t* set, siginfo_t* info), (set, info), kWaits)
LOCKSTEP_REFUSED(int, sigtimedwait, (const sigset_t* set, siginfo_t* info, const timespec* timeout),
                 (set, info, timeout), kWaits)
LOCKSTEP_REFUSED(int, sigsuspend, (const sigset_t* mask), (mask), kWaits)
LOCKSTEP_REFUSED(int, pause, (), (), kWaits)
