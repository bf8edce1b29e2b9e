// The result of a check, and its forms: text for a terminal, JSON, JUnit.
//
// Thread safety: plain data and pure functions. Everything of the program under test that goes to a terminal is
// cleaned of control characters.
#pragma once

#include <cstdint>
#include <string>
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

struct TextStyle {
  bool colour = false;
  int width = 100;
};

std::string to_text(const Report& report, const TextStyle& style);
std::string to_text(const std::vector<explain::Step>& steps, const TextStyle& style);
std::string to_json(const Report& report);
/// One finding, as it stands among the report's.
std::string to_json(const explain::Finding& finding);
std::string to_junit(const Report& report);

/// Rule 10: how much was explored, in one sentence.
std::string confidence(const Report& report);

/// Without control characters, except line ends if `keep_lines`.
std::string printable(const std::string& text, bool keep_lines = false);

/// 40000 as "40,000".
std::string grouped(std::uint64_t number);

}  // namespace lockstep::report
