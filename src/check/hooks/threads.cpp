#include "hooks/threads.h"

#include <errno.h>
#include <unwind.h>

#include "hooks/cancel.h"
#include "program/heap.h"
#include "program/lifecycle.h"
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

// Outlives the call: destructors that run on the way overwrite the stack of exit_thread.
struct Exit {
  _Unwind_Exception exception;
  Thread* thread;
  bool in_program;  // has unwound the checker's own frames at the top of the stack
};

_Unwind_Reason_Code at_frame(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                             _Unwind_Context* context, void* argument) {
  Exit& e = *static_cast<Exit*>(argument);
  Thread& t = *e.thread;
  bool own = modules::is_own(_Unwind_GetIP(context));
  if (!own) e.in_program = true;
  cancel::unwound_to(t, _Unwind_GetCFA(context));
  if ((actions & _UA_END_OF_STACK) || (own && e.in_program && _Unwind_GetCFA(context) + 256 > t.stack_high)) {
    running = nullptr;
    lifecycle::thread_returns(t, t.result);
  }
  return _URC_NO_REASON;
}

}  // namespace

void exit_thread(Thread& t, void* result) {
  t.result = result;
  Exit* e = program.graph.memory().make<Exit>();
  fill_bytes(e, 0, sizeof *e);
  e->thread = &t;
  // Destructors are program code: `running` stays set.
  _Unwind_ForcedUnwind(&e->exception, at_frame, e);
  running = nullptr;
  lifecycle::thread_returns(t, result);
}

}  // namespace lockstep::runtime::threads
