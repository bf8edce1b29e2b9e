#include "catalogue/verdict.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace lockstep::catalogue {

Verdict parse_verdict(std::string_view text) {
  Verdict v;
  try {
    const nlohmann::json report = nlohmann::json::parse(text);
    v.verdict = report.at("verdict");
    v.complete = report.at("complete");
    v.executions = report.at("executions");
    v.seconds = report.at("seconds");
    if (!report.at("bugs").empty()) {
      const nlohmann::json& bug = report["bugs"][0];
      v.kind = bug.at("kind");
      v.pattern = bug.at("pattern");
      v.summary = bug.at("summary");
      v.found_after = bug.at("found_after");
    }
  } catch (const nlohmann::json::exception& error) {
    v = Verdict();
    v.problem = fmt::format("no report ({})", error.what());
  }
  return v;
}

std::string in_words(const Verdict& f) {
  if (!f.problem.empty()) return f.problem;
  if (f.verdict == "fail") {
    return fmt::format("fail: {}, {}, after {} execution{}", f.kind, f.pattern == "none" ? "no pattern" : f.pattern,
                       f.found_after, f.found_after == 1 ? "" : "s");
  }
  return fmt::format("{}, {} {} executions", f.verdict, f.complete ? "all" : "not complete after", f.executions);
}

std::string disagreement(const Variant& v, const Verdict& f) {
  if (!f.problem.empty()) return f.problem;
  const bool fails = v.expect == Expect::kFail;
  const bool as_expected = fails ? f.verdict == "fail" && f.kind == v.kind && f.pattern == v.pattern
                                 : f.verdict == "pass" && (f.complete || v.expect == Expect::kPass);
  if (!as_expected) return fmt::format("the card says {}, the check {}", expectation(v), in_words(f));
  if (fails && f.found_after > kMostExecutions) {
    return fmt::format("found after {} executions; a program of the catalogue takes at most {}", f.found_after,
                       kMostExecutions);
  }
  return {};
}

}  // namespace lockstep::catalogue
