// Executions that repeat: the whole state of the program, and what a stretch between two equal states says.
//
// A state is everything that decides what plain interleavings (newest stores) can do from here on: where each thread
// stands (registers and live stack at its pending operation), what it waits for, who holds what, and the program's
// memory. If two states of one execution are equal, the steps between them can be done again and again: a cycle.
// Whether that is a fault is asked of its steps (`judge`):
//
//  - It must be fair: a thread that could run somewhere in the cycle runs in it. (A semaphore need not be: who posts
//    one wakes somebody, and anybody may take it first.) A mutex is granted in the order of arrival by the schedules
//    that lead here (explore/fair.cpp).
//  - A thread *tries in vain* if it fails in the cycle (a try, compare-exchange, timed or spinning attempt without
//    success, a wait on a condition variable or futex) and completes nothing: whatever it takes or changes it gives
//    back or restores itself, and not without having failed in between. A thread that runs and does not try in vain
//    *gets on*.
//  - A thread is *overtaken* if it tries in vain, or is blocked on something else than a mutex or a thread's end, and
//    others take in the cycle what it lacks.
//
//    | runs to the end in some execution | who gets on           | overtaken | the cycle is |
//    |-----------------------------------|-----------------------|-----------|--------------|
//    | either                            | nobody                | either    | livelock     |
//    | either                            | somebody              | somebody  | starvation   |
//    | yes                               | somebody              | nobody    | livelock     |
//    | no                                | somebody              | nobody    | a loop by design, no finding |
//
// Thread safety: none; one execution at a time.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::cycle {

/// Steps of an execution that are kept for judging.
inline constexpr u32 kMaxSteps = 2048;

/// A new execution begins.
void reset();
/// The thread stands before its pending operation; called on its own stack.
void parked(Thread& t);
/// Where the pending operation stands in the program: equal for the same call chain.
u64 site(const Thread& t);

/// Of the live stack.
u64 stack_bytes(const Thread& t);

/// Cheap and coarse: differs only if the state does.
u64 outline();
/// The whole state; equal for equal states (and, but for collisions, only for those).
u64 state();

/// The explorer lets `t` do its pending operation, as step number `step`; `ready` are the threads that could run.
void begin_step(u32 step, Thread& t, Thread* const* ready, u32 n);
/// A choice was taken that chance makes: a program that waits for a better one does not hang for ever.
void note_chance();
/// Who ran in step `step`.
u16 ran(u32 step);
/// What was done in it and where, without what it led to.
u64 signature(u32 step);
/// The same of the step that `t` would do now.
u64 signature_of(const Thread& t);
/// How many decisions had been taken before it.
u32 decisions_before(u32 step);

struct Verdict {
  protocol::Kind kind = protocol::Kind::kNone;  // kNone: no finding
  u16 thread = protocol::kNoThread;             // who starves; livelock: the first that tries
  u64 object = 0;
  u64 pc = 0;
  bool in_vain = false;  // livelock: everybody fails and undoes what it did
  bool sleeps = false;   // starvation: on a condition variable
};
/// `ends`: some execution of the program has run to its end. The steps [first, last) lie between two equal states.
Verdict judge(u32 first, u32 last, bool ends);

/// Ends the execution with the finding. The decisions get a tail from which `Tail` is read when it is replayed.
/// `decisions`: how many of them lead to step `last`.
[[noreturn]] void report(const Verdict& verdict, u32 first, u32 last, u32 decisions);

/// What a list of decisions says about a cycle at its end.
struct Tail {
  bool present = false;
  u32 first = 0, last = 0;
  Verdict verdict;
};
/// Reads the tail off `decisions` and takes it away from `count`.
Tail take_tail(const protocol::Decision* decisions, u32& count);

}  // namespace lockstep::runtime::cycle
