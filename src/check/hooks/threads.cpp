#include "hooks/threads.h"

#include <errno.h>
#include <setjmp.h>
#include <unwind.h>

#include "hooks/lifecycle.h"
#include "program/heap.h"
#include "program/modules.h"
#include "program/program.h"
#include "program/sync.h"
#include "record/recorder.h"

namespace lockstep::runtime::threads {

int create(Thread& t, u64* handle, void* (*start)(void*), void* argument, bool detached, u64 pc) {
  t.wait_pc = pc;
  program.create_thread(t, start, argument, detached, handle, pc);
  return 0;
}

int join(Thread& t, u64 handle, void** result, bool timed, u64 deadline, bool try_only, u64 pc) {
  Thread* target = program.find_thread(handle);
  if (!target) return ESRCH;
  if (target->joined || target->detached) return EINVAL;
  sync::Mode mode = timed ? sync::Mode::kTimed : try_only ? sync::Mode::kTry : sync::Mode::kBlock;
  int error = sync::join(t, *target, mode, deadline, pc);
  if (error == 0 && result) *result = target->result;
  return error;
}

int detach(Thread& t, u64 handle) {
  Thread* target = program.find_thread(handle);
  if (!target) return ESRCH;
  if (target->joined || target->detached) return EINVAL;
  target->detached = true;
  program.add_event(t, target);
  if (program.recording) recorder::event({.op = Op::kThreadDetach, .other = target->id}, t);
  return 0;
}

namespace {

// What pthread_cleanup_push makes in C code that is compiled without -fexceptions.
struct CleanupBuffer {
  jmp_buf registers;
  CleanupBuffer* previous;
};

_Unwind_Reason_Code at_frame(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                             _Unwind_Context* context, void* argument) {
  Thread& t = *static_cast<Thread*>(argument);
  bool last = (actions & _UA_END_OF_STACK) || modules::is_own(_Unwind_GetIP(context));
  if (last && _Unwind_GetCFA(context) + 256 > t.stack_high) {
    running = nullptr;
    lifecycle::thread_returns(t, t.result);
  }
  return _URC_NO_REASON;
}

}  // namespace

void exit_thread(Thread& t, void* result) {
  t.result = result;
  _Unwind_Exception* exception = static_cast<_Unwind_Exception*>(heap::allocate(nullptr, sizeof(_Unwind_Exception), 16, 0));
  fill_bytes(exception, 0, sizeof *exception);
  // Destructors are program code: `running` stays set.
  _Unwind_ForcedUnwind(exception, at_frame, &t);
  running = nullptr;
  lifecycle::thread_returns(t, result);
}

}  // namespace lockstep::runtime::threads
