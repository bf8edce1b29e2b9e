// The result of a check, and its forms: text for a terminal, JSON, JUnit, SARIF, a timeline for Perfetto.
//
// Thread safety: plain data and pure functions. Everything of the program under test that goes to a terminal is
// cleaned of control characters, and what goes into a file cannot break out of its form: names and output may be any
// bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "check/protocol/segment.h"
#include "explain/finding.h"

namespace lockstep::report {

enum class Stopped { kComplete, kBug, kTime, kExecutions, kInterrupt, kUnsupported, kReplay };

struct Report {
  std::vector<std::string> program;  // with its arguments
  protocol::Mode mode = protocol::Mode::kAuto, explorer = protocol::Mode::kAuto;
  protocol::MemoryModel model = protocol::MemoryModel::kRc11;
  std::string verdict = "pass";
  bool complete = false;
  std::uint64_t executions = 0, blocked = 0, estimate = 0;
  std::uint64_t distinct = 0;  // executions that differ from each other; 0: not counted
  double seconds = 0;
  std::uint64_t seed = 1;
  std::uint32_t shard_index = 0, shard_count = 1;  // from 0
  bool depth_reached = false;
  std::uint64_t depth = 0;
  Stopped stopped = Stopped::kComplete;
  std::string unsupported;                  // what the checker cannot do, empty otherwise
  std::vector<std::string> unsupported_at;  // its stack, innermost first
  std::vector<explain::Finding> bugs, warnings;
  std::string test;           // the name of the case, under --each-test
  std::vector<Report> tests;  // --each-test: one a case; the other fields sum them up
};

/// The command that made a report, as far as a form tells of it.
struct Invocation {
  std::vector<std::string> command;  // its words, `lockstep` first
  std::string directory;             // it was run in; absolute
  std::string version;               // of Lockstep
  int status = 0;                    // it exits with
};

struct TextStyle {
  bool colour = false;
  int width = 100;
};

std::string to_text(const Report& report, const TextStyle& style);
std::string to_text(const std::vector<explain::Step>& steps, const TextStyle& style);
std::string to_json(const Report& report);
/// One finding, as it stands among the report's.
std::string to_json(const explain::Finding& finding);
std::string to_junit(const Report& report, const Invocation& invocation);
/// SARIF 2.1.0, as GitHub code scanning and editors read it. Without a bug it has no results.
std::string to_sarif(const Report& report, const Invocation& invocation);
/// The recorded executions as a timeline, in the Trace Event Format that ui.perfetto.dev and chrome://tracing open.
std::string to_perfetto(const Report& report);

/// Rule 10: how much was explored, in one sentence.
std::string confidence(const Report& report);

/// Without control characters, except line ends if `keep_lines`.
std::string printable(const std::string& text, bool keep_lines = false);

/// The text with whatever is no UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// 40000 as "40,000".
std::string grouped(std::uint64_t number);

}  // namespace lockstep::report
