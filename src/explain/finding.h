// A bug in words: what a report shows, whatever its form.
//
// Thread safety: plain data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/protocol/segment.h"
#include "trace/execution.h"

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
  std::uint32_t event =
      protocol::kNone;  // of the execution; kNone for what is no event: a thread waits, a block is freed
};

/// A place in the source.
struct Place {
  std::string function, file;  // the file as the debug information names it
  int line = 0;
};

/// A thread that can never go on, and why.
struct Waiting {
  std::string thread;
  std::string object;  // what it waits for; empty if that has no name
  std::string holder;  // the thread that would have to act first; empty if there is none
  std::string why;     // a sentence
  Place place;
};

/// One of the four conditions of a deadlock (Coffman, Elphick and Shoshani, System Deadlocks, 1971).
struct Condition {
  std::string name;      // "mutual exclusion", "hold and wait", "no preemption", "circular wait"
  std::string evidence;  // in this execution, as a sentence
};

/// One of the two accesses of a race.
struct Access {
  std::string thread;
  std::string action;              // "writes `x`"
  std::vector<Place> stack;        // innermost first, the user's own frames
  std::vector<std::string> locks;  // held during the access
};

/// What would mend it.
struct Fix {
  std::string title;   // "take both locks at once"
  std::string how;     // what to write
  std::string breaks;  // the condition that no longer holds then: "circular wait"
  std::string cost;
  std::string diff;  // of the user's own lines, in unified form; empty where it cannot be told
};

/// Runs that differ from this one in one point were tried, the smallest changes first, until one passed.
struct Counterfactual {
  std::string text;         // a sentence: "With step 4 before step 2 it passes: …"
  bool passes = false;      // such a run was found
  std::uint64_t tried = 0;  // runs
  std::vector<Step> steps;  // the same objects' steps in the run that passes
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
  std::vector<std::string> stack;     // where it failed, innermost first: "transfer at bank.cpp:12"
  std::string output;                 // of the program
  std::vector<Waiting> waiting;       // deadlocks and livelocks: the chain, each thread before the one it waits for
  std::vector<Condition> conditions;  // deadlocks of a cycle: all four
  std::vector<Access> accesses;       // data races: both
  std::string unordered;              // what no happens-before edge orders, as a sentence; empty if that is not it
  std::optional<Counterfactual> counterfactual;
  std::vector<Fix> fixes;
  std::shared_ptr<const trace::Execution> execution;  // what this was made from; null if it was not recorded
  std::string trace;                                  // the file, empty if none was written
  std::string test;                                   // of --each-test, empty otherwise
};

}  // namespace lockstep::explain
