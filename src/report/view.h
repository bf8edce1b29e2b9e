// What the page shows, as data (version 1).
//
// {version, program, verdict, confidence, bugs: [bug], sources: {file: source}}
// bug: the finding as in the JSON report, with `warning`, and `runs`: the failing run and, if there is one, the
// passing. run: {threads: [{name, blocked}], objects: [name], events: [event], rows: [row], locks: [lock], waits:
// [wait]} event: [thread, words, object or -1, value or null, file or "", line, from or -1, how]; `from` is the event
// that it
//   reads from (how 1) or that happens before it by synchronisation (how 2), 0 none.
// row: a step that matters: {n, event or -1, thread, text, why, turn, repeats, folded, file, line}
// lock: [thread, object, first event, event of the release or number of events]: held meanwhile
// wait: [thread, object or -1, first event, last event, never]: wanted meanwhile; `never` 1 if to the end
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
