#include "program/signals.h"

#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "base/real.h"
#include "program/program.h"
#include "program/snapshot.h"
#include "record/recorder.h"

namespace lockstep::runtime::signals {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
struct sigaction g_before[32];
stack_t g_stack_before;
constexpr std::size_t kStack = 256 << 10;
u8* g_stack = nullptr;

const char* name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV: invalid memory access";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE: arithmetic error";
    case SIGILL:
      return "SIGILL: illegal instruction";
    case SIGABRT:
      return "SIGABRT";
    case SIGTRAP:
      return "SIGTRAP";
    default:
      return "SIGSYS";
  }
}

// The thread into whose stack's guard page the address falls (a hook may be what needed the last bytes).
Thread* thread_below(u64 address) {
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    if (address < t.stack_low && address + 4096 >= t.stack_low) return &t;
  }
  return nullptr;
}

// The thread on whose stack a hook runs. Hooks use what the program points to: a mutex in an object that is not there.
Thread* thread_in_hook(u64 stack_pointer) {
  Thread* t = program.owner_of_stack(stack_pointer);
  return t && t->hook_pc ? t : nullptr;
}

void handle(int signal, siginfo_t* info, void* context) {
  u64 address = reinterpret_cast<u64>(info->si_addr);
  if (signal == SIGSEGV && snapshot::fault(address)) return;
  ucontext_t* u = static_cast<ucontext_t*>(context);
  u64 pc = static_cast<u64>(u->uc_mcontext.gregs[REG_RIP]);
  Thread* overflown = signal == SIGSEGV ? thread_below(address) : nullptr;
  Thread* t = running ? running : overflown;
  if (!t && (signal == SIGSEGV || signal == SIGBUS)) {
    t = thread_in_hook(static_cast<u64>(u->uc_mcontext.gregs[REG_RSP]));
    if (t) pc = t->hook_pc;
  }
  if (!t) {
    // Not the program's code: the checker itself, or the host's process outside of an execution.
    char detail[128] = " at ";
    append_number(detail, sizeof detail, pc);
    append_text(detail, sizeof detail, ", address ");
    append_number(detail, sizeof detail, address);
    LOCKSTEP_REAL(sigaction)(signal, &g_before[signal], nullptr);
    fatal("internal error, please report it: ",
          (append_text(detail, sizeof detail, " "), append_text(detail, sizeof detail, name_of(signal)), detail));
  }
  running = nullptr;
  program.bug(Kind::kCrash, t, signal == SIGSEGV || signal == SIGBUS ? address : 0, pc,
              overflown ? "stack overflow" : name_of(signal), signal);
}

// The host has seen no event for long: the program blocks for real or loops. Says where.
void hung(int, siginfo_t*, void*) {
  protocol::Status& status = program.segment->status;
  running = nullptr;
  copy_text(status.unsupported, sizeof status.unsupported,
            "the program blocks, or loops without touching anything that another thread could change");
  status.unsupported_frame_count = recorder::backtrace(status.unsupported_frames, 32, 0);
  status.phase = protocol::Phase::kUnsupported;
  raw_syscall(SYS_exit_group, 0);
}

constexpr int kHungSignal = 6;  // above SIGRTMIN

}  // namespace

void install() {
  if (!g_stack) g_stack = static_cast<u8*>(reserve(kStack));
  stack_t stack = {};
  stack.ss_sp = g_stack;
  stack.ss_size = kStack;
  LOCKSTEP_REAL(sigaltstack)(&stack, &g_stack_before);
  struct sigaction action = {};
  action.sa_sigaction = handle;
  // No mask: the handler leaves by switching to another stack, so nothing would unblock the signal again.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (int s : kSignals) LOCKSTEP_REAL(sigaction)(s, &action, &g_before[s]);
  action.sa_sigaction = hung;
  LOCKSTEP_REAL(sigaction)(SIGRTMIN + kHungSignal, &action, nullptr);
}

void remove() {
  for (int s : kSignals) LOCKSTEP_REAL(sigaction)(s, &g_before[s], nullptr);
  LOCKSTEP_REAL(sigaltstack)(&g_stack_before, nullptr);
}

}  // namespace lockstep::runtime::signals
