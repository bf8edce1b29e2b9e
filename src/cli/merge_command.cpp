// lockstep merge: the parts of one search (--shard), put together.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/check.h"
#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using Json = nlohmann::ordered_json;
using host::UserError;

struct Part {
  std::string path;
  Json report;
  unsigned index, count;
};

Part read_part(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw UserError(fmt::format("{}: cannot be read", path));
  const Json j = Json::parse(std::string(std::istreambuf_iterator<char>(in), {}), nullptr, false);
  const bool fits = j.is_object() && j.value("schema", 0) == 1 && j.contains("program") && j.contains("executions") &&
                    j.contains("verdict") && j.contains("bugs");
  if (!fits) throw UserError(fmt::format("{}: is not a report of lockstep check --json", path));
  if (!j.contains("shard")) {
    throw UserError(fmt::format("{}: is the report of a whole search; merge takes those of check --shard I/N", path));
  }
  return {path, j, j["shard"].value("index", 0u), j["shard"].value("count", 0u)};
}

void must_fit(const Part& first, const Part& other) {
  for (const char* key : {"program", "mode", "memory_model", "seed"}) {
    if (first.report.value(key, Json()) != other.report.value(key, Json())) {
      throw UserError(fmt::format("{} and {}: are of different searches: {} is {} in one and {} in the other",
                                  first.path, other.path, key, first.report.value(key, Json()).dump(),
                                  other.report.value(key, Json()).dump()));
    }
  }
  if (first.count != other.count) {
    throw UserError(fmt::format("{} and {}: are of different searches: one has {} parts, the other {}", first.path,
                                other.path, first.count, other.count));
  }
}

// Two parts may have found the same bug.
Json distinct(const std::vector<Part>& parts, const char* list) {
  Json out = Json::array();
  std::set<std::string> seen;
  for (const Part& p : parts) {
    for (const Json& bug : p.report.value(list, Json::array())) {
      Json steps = Json::array();
      for (const Json& s : bug.value("steps", Json::array()))
        steps.push_back({s.value("file", Json()), s.value("line", Json())});
      const std::string what =
          Json{bug.value("kind", ""), bug.value("pattern", ""), bug.value("summary", ""), steps}.dump();
      if (seen.insert(what).second) out.push_back(bug);
    }
  }
  return out;
}

}  // namespace

int merge_command(const std::vector<std::string>& words) {
  const Arguments arguments(kMerge, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kMerge));
    return 0;
  }
  if (arguments.rest().empty()) throw UserError("no report is named; write lockstep merge A.json B.json ...");
  std::optional<OutputFile> file;
  if (arguments.has("--json")) file.emplace("--json", arguments.text("--json"));
  std::vector<Part> parts;
  for (const std::string& path : arguments.rest()) {
    parts.push_back(read_part(path));
    must_fit(parts.front(), parts.back());
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (parts[i].index == parts.back().index) {
        throw UserError(fmt::format("{} and {}: are both part {} of {}; name each part once", parts[i].path, path,
                                    parts[i].index, parts[i].count));
      }
    }
  }
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.index < b.index; });

  Json sum = parts.front().report;
  sum.erase("shard");
  sum.erase("estimate");
  std::uint64_t executions = 0, blocked = 0, distinct_executions = 0;
  double seconds = 0;
  bool complete = parts.size() == parts.front().count, failed = false, inconclusive = false, counted = true;
  for (const Part& p : parts) {
    executions += p.report.value("executions", std::uint64_t{0});
    blocked += p.report.value("blocked", std::uint64_t{0});
    counted &= p.report.contains("distinct");
    distinct_executions += p.report.value("distinct", std::uint64_t{0});
    seconds += p.report.value("seconds", 0.0);
    complete &= p.report.value("complete", false);
    failed |= p.report.value("verdict", "") == "fail";
    inconclusive |= p.report.value("verdict", "") == "inconclusive";
    if (p.report.contains("unsupported")) sum["unsupported"] = p.report["unsupported"];
  }
  sum["verdict"] = failed ? "fail" : inconclusive ? "inconclusive" : "pass";
  sum["complete"] = complete;
  sum["executions"] = executions;
  sum["blocked"] = blocked;
  sum.erase("distinct");
  // Samples of different parts may be equal.
  if (counted && complete) sum["distinct"] = distinct_executions;
  sum["seconds"] = seconds;
  sum["bugs"] = distinct(parts, "bugs");
  sum["warnings"] = distinct(parts, "warnings");
  std::string missing;
  for (unsigned i = 1; i <= parts.front().count; ++i) {
    const bool there = std::any_of(parts.begin(), parts.end(), [&](const Part& p) { return p.index == i; });
    if (!there) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", i);
  }
  const std::string parts_text = missing.empty() ? fmt::format("all {} parts", parts.front().count)
                                                 : fmt::format("without part {} of {}", missing, parts.front().count);
  sum["stopped_by"] = complete ? "complete" : failed ? "bug" : "time";
  sum["confidence"] =
      complete
          ? fmt::format("all {} executions explored, in {} parts", report::grouped(executions), parts.front().count)
          : fmt::format("{} executions explored, {}; not a proof", report::grouped(executions), parts_text);
  if (file) file->write(sum.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (!arguments.has("--quiet") && !(file && file->is_stdout())) {
    std::string text;
    for (const Json& bug : sum["bugs"]) {
      text += fmt::format("bug: {}, {}\n  {}\n", bug.value("kind", ""), bug.value("pattern", "none"),
                          report::printable(bug.value("summary", "")));
      if (bug.contains("trace") && bug["trace"].is_string()) {
        text += fmt::format("  Run it again: lockstep replay {}\n", report::printable(bug.value("trace", "")));
      }
    }
    text += fmt::format("{}: {}\n", sum.value("verdict", ""), sum.value("confidence", ""));
    write_fully(STDOUT_FILENO, text, "standard output");
  }
  if (failed) return host::kExitBug;
  return sum.contains("unsupported") ? host::kExitUnsupported : host::kExitPass;
}

}  // namespace lockstep::cli
