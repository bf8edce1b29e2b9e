#include "cli/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using host::UserError;

void add_outcome(const std::string& text, std::vector<std::string>& out) {
  std::string outcome = report::one_line(text);
  if (outcome.empty()) return;
  if (outcome == "(prints nothing)") outcome.clear();
  if (std::find(out.begin(), out.end(), outcome) == out.end()) out.push_back(std::move(outcome));
}

std::vector<std::string> outcomes_of(const Arguments& arguments, std::string_view option) {
  std::vector<std::string> out;
  for (const std::string& text : arguments.all(option)) {
    const std::vector<std::string> outcomes = split_outcomes(text);
    if (outcomes.empty()) {
      throw UserError(fmt::format("{} '{}': names no outcome; write for example {} 'r1=0 r2=1'", option, text, option));
    }
    for (const std::string& outcome : outcomes) {
      if (std::find(out.begin(), out.end(), outcome) == out.end()) out.push_back(outcome);
    }
  }
  return out;
}

void add_lines(const std::string& path, std::vector<std::string>& out) {
  std::ifstream in(path);
  if (!in) {
    throw UserError(fmt::format("--expect-file {}: cannot be read ({}); name a file with an outcome on each line", path,
                                std::strerror(errno)));
  }
  bool any = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    any |= !report::one_line(line).empty();
    add_outcome(line, out);
  }
  if (!any) throw UserError(fmt::format("--expect-file {}: has no outcome in it; write one on each line", path));
}

}  // namespace

std::vector<std::string> split_outcomes(const std::string& text) {
  std::vector<std::string> out;
  std::string one;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ';') {
      one += text[++i];
    } else if (text[i] == ';') {
      add_outcome(one, out);
      one.clear();
    } else {
      one += text[i];
    }
  }
  add_outcome(one, out);
  return out;
}

report::Expectations expectations_from(const Arguments& arguments) {
  report::Expectations e;
  e.exact = arguments.has("--expect") || arguments.has("--expect-file");
  e.expected = outcomes_of(arguments, "--expect");
  if (arguments.has("--expect-file")) add_lines(arguments.text("--expect-file"), e.expected);
  e.allowed = outcomes_of(arguments, "--allow");
  e.forbidden = outcomes_of(arguments, "--forbid");
  for (const std::string& outcome : e.forbidden) {
    for (const auto& [list, option] : {std::pair{&e.expected, "--expect"}, std::pair{&e.allowed, "--allow"}}) {
      if (std::find(list->begin(), list->end(), outcome) != list->end()) {
        throw UserError(
            fmt::format("--forbid and {} '{}': contradict each other; leave one of them out", option, outcome));
      }
    }
  }
  return e;
}

}  // namespace lockstep::cli
