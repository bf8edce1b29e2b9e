// Cancellation: threads cannot be cancelled, but may say that they do not want to be; cleanup handlers run at
// pthread_exit.
#include "hooks/cancel.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>

#include "hooks/outside.h"
#include "hooks/threads.h"

namespace lockstep::runtime {
namespace {

struct State {
  u32 execution;  // whose state it is; of another one: as at the start
  int cancel_state;
  int cancel_type;
  __pthread_unwind_buf_t* handlers;  // innermost first, linked through the first pad
};
State g_states[protocol::kMaxThreads];

State& state_of(const Thread& t) {
  State& s = g_states[t.id];
  if (s.execution != program.execution())
    s = {program.execution(), PTHREAD_CANCEL_ENABLE, PTHREAD_CANCEL_DEFERRED, nullptr};
  return s;
}

// The C library's own part of the buffer: here the next outer one and the stack pointer of the function that pushed it.
__pthread_unwind_buf_t* outer(const __pthread_unwind_buf_t* b) {
  return static_cast<__pthread_unwind_buf_t*>(b->__pad[0]);
}

void push_handler(Thread& t, __pthread_unwind_buf_t* buffer, u64 stack_pointer) {
  State& s = state_of(t);
  buffer->__pad[0] = s.handlers;
  buffer->__pad[1] = reinterpret_cast<void*>(stack_pointer);
  s.handlers = buffer;
  ++t.effects;
}
void pop_handler(Thread& t, __pthread_unwind_buf_t* buffer) {
  state_of(t).handlers = outer(buffer);
  ++t.effects;
}

// The caller's stack pointer at the call of a hook.
#define CALLER_STACK (reinterpret_cast<u64>(__builtin_frame_address(0)) + 16)

}  // namespace

namespace cancel {

void unwound_to(Thread& t, u64 frame) {
  __pthread_unwind_buf_t* innermost = state_of(t).handlers;
  if (!innermost || frame < reinterpret_cast<u64>(innermost->__pad[1])) return;
  // Begins like a jmp_buf without a saved mask.
  siglongjmp(reinterpret_cast<__jmp_buf_tag*>(innermost), 1);
}

}  // namespace cancel
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

LOCKSTEP_REFUSED(int, pthread_cancel, (pthread_t thread), (thread),
                 "cancelling a thread is not modelled; use a flag that it looks at, as std::stop_token does")
LOCKSTEP_EXPORT int pthread_setcancelstate(int state, int* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setcancelstate)(state, old));
  if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) return EINVAL;
  if (old) *old = state_of(t).cancel_state;
  state_of(t).cancel_state = state;
  return 0;
}
LOCKSTEP_EXPORT int pthread_setcanceltype(int type, int* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setcanceltype)(type, old));
  if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) return EINVAL;
  if (old) *old = state_of(t).cancel_type;
  state_of(t).cancel_type = type;
  return 0;
}
LOCKSTEP_EXPORT void pthread_testcancel() { LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_testcancel)()); }

#define CLEANUP_HOOK(name, action)                                         \
  LOCKSTEP_EXPORT void name(__pthread_unwind_buf_t* buffer) {              \
    [[maybe_unused]] const u64 stack_pointer = CALLER_STACK;               \
    using Function = void (*)(__pthread_unwind_buf_t*);                    \
    LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol(#name))(buffer)); \
    action;                                                                \
  }
CLEANUP_HOOK(__pthread_register_cancel, push_handler(t, buffer, stack_pointer))
CLEANUP_HOOK(__pthread_register_cancel_defer, push_handler(t, buffer, stack_pointer))
CLEANUP_HOOK(__pthread_unregister_cancel, pop_handler(t, buffer))
CLEANUP_HOOK(__pthread_unregister_cancel_restore, pop_handler(t, buffer))

// A handler has run: on with the exit.
LOCKSTEP_EXPORT void __pthread_unwind_next(__pthread_unwind_buf_t* buffer) {
  Thread* t = running;
  if (!t) {
    reinterpret_cast<void (*)(__pthread_unwind_buf_t*)>(real_symbol("__pthread_unwind_next"))(buffer);
    __builtin_unreachable();
  }
  pop_handler(*t, buffer);
  threads::exit_thread(*t, t->result);
}
