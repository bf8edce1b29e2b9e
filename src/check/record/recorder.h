// Writes one execution in full into the segment: events with stacks and values, threads, heap blocks, output.
//
// Used only for executions that are replayed for a report, so it may be slow. Exploration records nothing but its
// decisions.
#pragma once

#include "program/thread.h"
#include "protocol/segment.h"

namespace lockstep::runtime::recorder {

/// An event without what the recorder fills in (thread, stack).
struct Note {
  Op op = Op::kNone;
  Order order = Order::kNotAtomic;
  u8 size = 0;
  protocol::RmwOp rmw = protocol::RmwOp::kExchange;
  protocol::LockType lock_type = protocol::LockType::kNormal;
  u64 addr = 0;
  u64 value = 0;
  u64 old = 0;
  u64 aux = 0;
  u32 reads_from = protocol::kNone;
  i32 result = 0;
  u16 other = protocol::kNoThread;
  u16 flags = 0;
};

/// Before the recorded execution.
void begin();
/// Returns the event's number.
u32 event(const Note& note, Thread& t);
/// The thread is about to do what it may have to wait for; called on its own stack.
void stands(Thread& t);
/// How many events there are.
u32 count();
/// A plain access to memory that several threads touch. A written value is read back at the thread's next event.
void plain_access(Thread& t, u64 address, u32 size, bool write);
/// The racing access is about to happen; finds the other one among the recorded events.
void race(Thread& t, u16 other, u64 address, u32 size, bool write);
void name(u64 address, const char* text);
void allocated(Thread& t, u64 address, u64 size);
void freed(Thread& t, u64 address);
void leaked(u64 address);
/// Writes down the threads as they are now.
void describe_threads();
/// After the recorded execution, with its final state still in place.
void end(bool has_bug);
/// Return addresses of the running stack, innermost first, starting at `pc` if it is on it.
u32 backtrace(u64* frames, u32 capacity, u64 pc);

}  // namespace lockstep::runtime::recorder
