// The forms of a dump: text for a terminal, JSON, DOT for Graphviz, one page of HTML.
//
// Thread safety: pure functions. Names are those of a foreign process and may be any bytes: each form escapes them.
#pragma once

#include <string>

#include "dump/picture.h"
#include "report/report.h"

namespace lockstep::dump {

/// The cause in the first line, then deadlocks, waits and the rest, alike threads as one. `all`: each thread by itself,
/// with its whole stack.
std::string to_text(const Picture& picture, const report::TextStyle& style, bool all);
std::string to_json(const Picture& picture);
std::string to_dot(const Picture& picture);
std::string to_html(const Picture& picture);

}  // namespace lockstep::dump
