// What the page shows, as data (version 2). web/src/data.ts reads it.
//
// {version, program, verdict, complete, confidence, mode, model, executions, seconds, unsupported, unsupported_at,
//  tests: [{test, verdict, confidence}], bugs: [bug], sources: {file: source}}
// bug: the finding as in the JSON report, with `warning`, and `runs`: the failing run and, if there is one, the
// passing. run: {threads: [name], objects: [name], texts: [text], places: [[file, line]], events: [event], rows: [row],
//   locks: [lock], waits: [wait], unordered: the two events of a race, or null}
// event: [thread, text, object or -1, value or null, place or -1, from or -1, how, mark, old]; text, object and place
// by
//   number. `from` is the event that it reads from (how 1) or that happens before it by synchronisation (how 2), 0
//   none. `value` is what the object holds then, or, where `old` is 1, what another read or write has replaced already.
//   `mark` is the shape of its node: lock, unlock, read, write, notify, sleep or other.
// row: a step that matters: {n, event or -1, at, thread, text, why, turn, repeats, folded, file, line, mark}; it stands
//   where the events up to `at` have happened. Besides an event's, `mark` may be blocked or fail.
// lock: [thread, object, first, end]: held from event `first` up to event `end`, their number if it is never released
// wait: [thread, object or -1, first, end, never, holder or -1, "lock", "sleep" or "join"]: waits after event `first`
// up
//   to event `end`; `never` is 1 if it never gets on
// source: {lines: [[number, text]], note}
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "report/report.h"

namespace lockstep::report {

/// The data as JSON; not yet fit for a page (see html.h).
std::string view_of(const Report& report);

}  // namespace lockstep::report
