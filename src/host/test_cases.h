// The cases of a GoogleTest or Catch2 program, for one check each.
//
// Thread safety: pure functions of their arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/child.h"

namespace lockstep::host {

struct TestCase {
  std::string name;
  std::vector<std::string> arguments;  // that select it alone
};

/// Runs the program, as it is, to list its tests. Throws UserError if it has none.
std::vector<TestCase> list_tests(const Target& target);

std::vector<TestCase> parse_google_tests(std::string_view listing);
std::vector<TestCase> parse_catch2_tests(std::string_view listing);

}  // namespace lockstep::host
