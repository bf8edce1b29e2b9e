// --paranoid: each explored graph is checked against the axioms once more, by code that shares nothing with the models'
// fast path: relations as matrices of bits, straight from the papers. Graphs of more than kMaxNodes events are not
// looked at.
//
// The log is written while an execution runs; check() looks at it when it is complete.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::paranoid {

inline constexpr u32 kMaxNodes = 256;

void reset();
void access(const Thread& t, const Location& l, const Store* reads, const Store* writes, Order order, bool locked);
void fence(const Thread& t, Order order);
/// An operation on an object that changes it, or only looks.
void operation(const Thread& t, const Object& object, bool changes, bool is_mutex);
void created(const Thread& creator, const Thread& child);
void joined(const Thread& t, const Thread& target);
/// What is wrong with the graph, or null.
const char* check(protocol::MemoryModel model);

}  // namespace lockstep::runtime::paranoid
