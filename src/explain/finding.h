// A bug in words: what a report shows, whatever its form.
//
// Thread safety: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/protocol/segment.h"

namespace lockstep::explain {

/// Who does what, to which object, sees which value, and so what.
struct Step {
  int n = 0;
  std::string thread;
  std::string op;      // the contract's word: `lock`, `load`, …
  std::string action;  // the same as a predicate: "locks `a`", "reads `x`: 0"
  std::string object;  // empty if none
  std::optional<std::string> value;
  std::string file, function;
  int line = 0;
  std::string why;     // empty if there is nothing to say
  std::string folded;  // what was left out before this step: "main 3 steps"; empty if nothing
  bool turning_point = false;
  bool repeats = false;  // the steps with this mark, in their order, happen again and again for ever
};

struct Finding {
  protocol::Kind kind = protocol::Kind::kNone;
  bool warning = false;
  bool library = false;  // the standard library is at fault: a warning, told briefly
  std::string pattern = "none";
  std::string summary;
  std::vector<std::string> objects;
  std::uint64_t found_after = 0;
  std::uint32_t preemptions = 0;
  std::vector<Step> steps;
  std::vector<std::string> stack;  // where it failed, innermost first: "transfer at bank.cpp:12"
  std::string output;              // of the program
  std::string trace;               // the file, empty if none was written
  std::string test;                // of --each-test, empty otherwise
};

}  // namespace lockstep::explain
