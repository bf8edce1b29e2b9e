// The outcomes that a user expects, as words of the command line or lines of a file.
//
// Thread safety: pure functions. Whatever is wrong is a UserError with exit status 2.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "report/outcomes.h"

namespace lockstep::cli {

/// From --expect, --expect-file, --allow and --forbid.
report::Expectations expectations_from(const Arguments& arguments);

/// `r1=0 r2=0; r1=0 r2=1` as two outcomes; `\;` is a semicolon of an outcome, `(prints nothing)` the empty one.
std::vector<std::string> split_outcomes(const std::string& text);

}  // namespace lockstep::cli
