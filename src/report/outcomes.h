// The outcomes of a program: what its executions came to, and what was expected of them.
//
// The text of an outcome is what the program printed, its lines joined by " | ", empty ones left out and runs of blanks
// made one, or the final values of variables, `x=1 y=0`; then, if the execution failed, how, in brackets: `r1=0
// [assertion: r1 == 1]`. Thread safety: plain data and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/report.h"

namespace lockstep::report {

struct SeenOutcome {
  std::string text;        // the whole
  std::string short_text;  // the same with no more than the kind of failure: `r1=0 [assertion]`
  std::string output;      // as it was printed; empty if values are the outcome
  protocol::Kind kind = protocol::Kind::kNone;
  std::int32_t code = 0;
  std::string message;
  std::uint64_t executions = 0;
  std::uint64_t example = 0;  // the number of the first one; 0: they have no numbers
};

/// What was asked to hold. An outcome is named by its text or its short text.
struct Expectations {
  bool exact = false;                 // `expected` are all
  std::vector<std::string> expected;  // --expect, --expect-file
  std::vector<std::string> allowed;   // --allow: each happens in some execution
  std::vector<std::string> forbidden;

  bool any() const { return exact || !allowed.empty() || !forbidden.empty(); }
};

enum class Verdict { kNone, kHolds, kFails, kUnknown };

/// What came of it.
struct Answer {
  Verdict verdict = Verdict::kNone;     // kNone: nothing was asked
  std::vector<std::string> missing;     // expected or allowed, and not seen
  std::vector<std::size_t> unexpected;  // places in OutcomeTable::outcomes: seen, and not expected or forbidden
};

struct OutcomeTable {
  /// What was explored: program, mode, model, numbers. It has no findings.
  Report search;
  std::vector<SeenOutcome> outcomes;   // by text, those that failed last
  std::uint64_t other_executions = 0;  // with yet other outcomes, more than are kept
  std::string unchanging;              // variables that end with one value in all executions: `x=1 y=1`
  bool numbered = true;                // executions have numbers
  Expectations expectations;
  Answer answer;
};

/// Fills in `answer`. What was not seen is unknown unless the search is complete.
void judge(OutcomeTable* table);

/// `again` is the command that shows one execution, up to the number.
std::string to_text(const OutcomeTable& table, const TextStyle& style, const std::string& again);
std::string to_json(const OutcomeTable& table);

/// One execution of them, with all of its steps.
struct ShownExecution {
  std::uint64_t number = 0, of = 0;  // of: how many there are, 0 if that is not known
  SeenOutcome outcome;
  explain::Finding finding;  // the bug, or of kind kNone; `steps` are all
  Report search;
};
std::string to_text(const ShownExecution& shown, const TextStyle& style);
std::string to_json(const ShownExecution& shown);
/// For the forms that show a report's findings: this execution is the only one.
Report as_report(const ShownExecution& shown);

/// What a program has printed as one line, and an outcome as it is written by a user.
std::string one_line(const std::string& printed);
/// `kind: message` as an outcome shows it.
std::string ending_text(protocol::Kind kind, std::int32_t code, const std::string& message);

}  // namespace lockstep::report
