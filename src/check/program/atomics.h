// Atomic accesses and fences of the program, as events of the graph.
//
// Each asks the memory model which outcomes are possible and the explorer for one of them, then updates graph,
// happens-before and, when the new store is last in modification order, the program's memory.
// Sizes 1 to 16 bytes, naturally aligned or not. Call with `running` null (inside the checker).
#pragma once

#include "program/thread.h"
#include "protocol/segment.h"

namespace lockstep::runtime::atomics {

struct Value {
  u64 low = 0;
  u64 high = 0;
  bool operator==(const Value&) const = default;
};

Value load(Thread& t, u64 address, u32 size, Order order, u64 pc);
void store(Thread& t, u64 address, u32 size, Value value, Order order, u64 pc);
/// Returns the old value.
Value rmw(Thread& t, u64 address, u32 size, protocol::RmwOp op, Value operand, Order order, u64 pc);
/// Returns success; `expected` gets the value read when it fails.
bool compare_exchange(Thread& t, u64 address, u32 size, Value& expected, Value desired, Order success, Order failure,
                      bool weak, u64 pc);
void fence(Thread& t, Order order, u64 pc);
/// What a system call sees that compares a word, behind a full barrier (the caller's): the newest value in modification
/// order; in graph mode any that nothing known to the thread or in `known` (may be null) has replaced. The read is an
/// event of the graph like any other; *location gets where it was.
u32 kernel_read(Thread& t, u64 address, Location** location, u64 pc, const Clock* known);

}  // namespace lockstep::runtime::atomics
