// The words for what the checker records: the strings of the reports, of the trace files and of the command line.
//
// Thread safety: pure functions. A value this build does not know is "unknown", never an error: a newer runtime may
// send it.
#pragma once

#include <optional>
#include <string_view>

#include "check/protocol/segment.h"

namespace lockstep::trace {

/// `data-race`, `deadlock`, …: the contract of the JSON report.
std::string_view kind_name(protocol::Kind kind);
/// `lock`, `compare-exchange`, …: the `op` of a step in the JSON report.
std::string_view op_name(protocol::Op op);
/// `locks`, `compares and exchanges`, …: what a sentence says a thread does.
std::string_view op_verb(protocol::Op op);
std::string_view mode_name(protocol::Mode mode);
std::string_view model_name(protocol::MemoryModel model);
std::string_view isolation_name(protocol::Isolation isolation);
std::string_view order_name(protocol::Order order);

std::optional<protocol::Kind> parse_kind(std::string_view text);
std::optional<protocol::Mode> parse_mode(std::string_view text);
std::optional<protocol::MemoryModel> parse_model(std::string_view text);
std::optional<protocol::Isolation> parse_isolation(std::string_view text);

/// Classes of operations; an unknown operation is in none of them.
bool is_read(protocol::Op op);     // reads memory (read-modify-writes too)
bool is_write(protocol::Op op);    // writes memory
bool is_acquire(protocol::Op op);  // takes a lock, if it does not fail
bool is_release(protocol::Op op);  // gives a lock up for good (a condition wait is not one)
bool is_notify(protocol::Op op);
bool is_wait(protocol::Op op);  // sleeps until somebody wakes it: condition variable, futex, semaphore, barrier

}  // namespace lockstep::trace
