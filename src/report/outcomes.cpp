#include "report/outcomes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/layout.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using Json = nlohmann::ordered_json;
using protocol::Kind;

std::string styled(const TextStyle& style, const char* code, const std::string& text) {
  return style.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

std::string program_of(const Report& r) {
  std::string program;
  for (const std::string& a : r.program) program += (program.empty() ? "" : " ") + a;
  return printable(program);
}

std::string shown_outcome(const std::string& text) { return text.empty() ? "(prints nothing)" : printable(text); }

std::string quoted(const std::string& text) { return text.empty() ? "one that prints nothing" : "`" + text + "`"; }

bool names(const std::string& wanted, const SeenOutcome& o) { return wanted == o.text || wanted == o.short_text; }

std::string_view verdict_word(Verdict v) {
  switch (v) {
    case Verdict::kHolds:
      return "pass";
    case Verdict::kFails:
      return "fail";
    case Verdict::kUnknown:
      return "inconclusive";
    case Verdict::kNone:
      break;
  }
  return "none";
}

Json header(const Report& r) {
  Json j;
  j["schema"] = 1;
  j["program"] = r.program;
  j["mode"] = trace::mode_name(r.mode);
  j["memory_model"] = trace::model_name(r.model);
  return j;
}

Json outcome_json(const SeenOutcome& o) {
  Json j;
  j["outcome"] = o.text;
  j["ending"] = o.kind == Kind::kNone ? "normal" : trace::kind_name(o.kind);
  if (o.kind == Kind::kExitStatus) j["status"] = o.code;
  if (!o.message.empty()) j["message"] = o.message;
  j["output"] = o.output;
  return j;
}

std::string dumped(const Json& j) { return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string answer_text(const OutcomeTable& t, const TextStyle& style) {
  const Answer& a = t.answer;
  const char* colour = a.verdict == Verdict::kHolds ? "1;32" : a.verdict == Verdict::kFails ? "1;31" : "1;33";
  std::string text = styled(style, colour, std::string(verdict_word(a.verdict))) + ": ";
  if (a.verdict == Verdict::kHolds) {
    std::vector<std::string> held;
    if (t.expectations.exact) held.emplace_back("the outcomes are the expected ones");
    if (!t.expectations.allowed.empty()) held.emplace_back("what is allowed happens");
    if (!t.expectations.forbidden.empty()) held.emplace_back("what is forbidden does not happen");
    for (std::size_t i = 0; i < held.size(); ++i) text += (i == 0 ? "" : ", ") + held[i];
    return text + "\n";
  }
  std::vector<std::string> lines;
  for (const std::string& m : a.missing) {
    lines.push_back(fmt::format("missing: {} {}", printable(quoted(m)),
                                t.search.complete ? "happens in no execution" : "was not seen"));
  }
  for (const std::size_t i : a.unexpected) {
    const SeenOutcome& o = t.outcomes[i];
    std::string line = fmt::format("unexpected: {} happens in {} execution{}", printable(quoted(o.text)),
                                   grouped(o.executions), o.executions == 1 ? "" : "s");
    if (o.example != 0) line += fmt::format(", for example {}", o.example);
    lines.push_back(line);
  }
  if (t.other_executions > 0) lines.emplace_back("there are more outcomes than are kept");
  if (lines.empty()) lines.emplace_back("nothing speaks against it, but not every execution was explored");
  if (lines.size() == 1) return text + lines[0] + "\n";
  text.pop_back();
  for (const std::string& line : lines) text += "\n  " + line;
  return text + "\n";
}

}  // namespace

std::string one_line(const std::string& printed) {
  std::string out, line;
  const auto end_line = [&] {
    if (!line.empty() && line.back() == ' ') line.pop_back();
    if (!line.empty()) out += (out.empty() ? "" : " | ") + line;
    line.clear();
  };
  for (const char c : printed) {
    if (c == '\n') {
      end_line();
    } else if (c != ' ' && c != '\t' && c != '\r') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  end_line();
  return out;
}

std::string ending_text(Kind kind, std::int32_t code, const std::string& message) {
  if (kind == Kind::kNone) return {};
  if (kind == Kind::kExitStatus) return fmt::format("exit status {}", code);
  std::string text(trace::kind_name(kind));
  if (!message.empty()) text += ": " + one_line(message);
  return text;
}

void judge(OutcomeTable* t) {
  Answer& a = t->answer;
  const Expectations& e = t->expectations;
  a = {};
  if (!e.any()) return;
  const auto seen = [&](const std::string& wanted) {
    return std::any_of(t->outcomes.begin(), t->outcomes.end(), [&](const SeenOutcome& o) { return names(wanted, o); });
  };
  for (const auto* list : {&e.expected, &e.allowed}) {
    for (const std::string& wanted : *list) {
      if (!seen(wanted)) a.missing.push_back(wanted);
    }
  }
  for (std::size_t i = 0; i < t->outcomes.size(); ++i) {
    const auto is_it = [&](const std::string& wanted) { return names(wanted, t->outcomes[i]); };
    const bool expected = !e.exact || std::any_of(e.expected.begin(), e.expected.end(), is_it);
    const bool forbidden = std::any_of(e.forbidden.begin(), e.forbidden.end(), is_it);
    if (!expected || forbidden) a.unexpected.push_back(i);
  }
  // Whether what was not seen exists, only a complete search knows; what was seen exists.
  const bool all_seen = t->search.complete && t->other_executions == 0;
  const bool needs_all = e.exact || !e.forbidden.empty() || !a.missing.empty();
  if (!a.unexpected.empty() || (!a.missing.empty() && all_seen)) {
    a.verdict = Verdict::kFails;
  } else {
    a.verdict = needs_all && !all_seen ? Verdict::kUnknown : Verdict::kHolds;
  }
}

std::string to_text(const OutcomeTable& t, const TextStyle& style, const std::string& again) {
  std::string out;
  if (!t.outcomes.empty()) {
    std::size_t width = columns("outcome");
    for (const SeenOutcome& o : t.outcomes) width = std::max(width, columns(shown_outcome(o.text)));
    width = std::min<std::size_t>(width, static_cast<std::size_t>(std::clamp(style.width, 40, 200)) - 22);
    out += fmt::format("{}  executions{}\n", pad("outcome", width), t.numbered ? "  example" : "");
    for (std::size_t i = 0; i < t.outcomes.size(); ++i) {
      const SeenOutcome& o = t.outcomes[i];
      const bool unexpected =
          std::find(t.answer.unexpected.begin(), t.answer.unexpected.end(), i) != t.answer.unexpected.end();
      const bool bad = unexpected || o.kind != Kind::kNone;
      std::string name = pad(shown_outcome(o.text), width);
      out += fmt::format("{}  {:>10}", bad ? styled(style, "31", name) : name, grouped(o.executions));
      if (t.numbered) out += fmt::format("  {:>7}", o.example);
      if (unexpected) out += "  unexpected";
      out += "\n";
    }
    if (t.other_executions > 0) {
      out += fmt::format("{}  {:>10}\n", pad("(others)", width), grouped(t.other_executions));
    }
    out += "\n";
  }
  if (!t.unchanging.empty()) out += fmt::format("The same in all: {}\n", printable(t.unchanging));
  if (t.numbered && !t.outcomes.empty()) {
    out += fmt::format("See the steps of one: {}\n", printable(again));
  }
  if (!t.search.unsupported.empty()) {
    out += "not supported: " + printable(t.search.unsupported) + "\n";
    for (const std::string& where : t.search.unsupported_at) out += "  at " + printable(where) + "\n";
  }
  if (t.answer.verdict != Verdict::kNone) out += answer_text(t, style);
  out += fmt::format("{}: {} outcome{}, {} ({}, {}, {:.2f} s)\n", program_of(t.search), t.outcomes.size(),
                     t.outcomes.size() == 1 ? "" : "s", confidence(t.search), trace::mode_name(t.search.mode),
                     trace::model_name(t.search.model), t.search.seconds);
  return out;
}

std::string to_json(const OutcomeTable& t) {
  Json j = header(t.search);
  j["complete"] = t.search.complete;
  j["executions"] = t.search.executions;
  j["blocked"] = t.search.blocked;
  j["seconds"] = t.search.seconds;
  j["seed"] = t.search.seed;
  j["confidence"] = confidence(t.search);
  j["outcomes"] = Json::array();
  for (const SeenOutcome& o : t.outcomes) {
    Json row = outcome_json(o);
    row["executions"] = o.executions;
    row["example"] = o.example != 0 ? Json(o.example) : Json();
    j["outcomes"].push_back(std::move(row));
  }
  if (t.other_executions > 0) j["other_executions"] = t.other_executions;
  if (!t.unchanging.empty()) j["unchanging"] = t.unchanging;
  if (!t.search.unsupported.empty()) {
    j["unsupported"] = {{"what", t.search.unsupported}, {"stack", t.search.unsupported_at}};
  }
  if (t.answer.verdict != Verdict::kNone) {
    j["verdict"] = verdict_word(t.answer.verdict);
    j["missing"] = t.answer.missing;
    j["unexpected"] = Json::array();
    for (const std::size_t i : t.answer.unexpected) j["unexpected"].push_back(t.outcomes[i].text);
  }
  return dumped(j);
}

namespace {

std::string number_text(const ShownExecution& s) {
  return s.of == 0 ? fmt::format("Execution {}", s.number)
                   : fmt::format("Execution {} of {}", grouped(s.number), grouped(s.of));
}

}  // namespace

std::string to_text(const ShownExecution& s, const TextStyle& style) {
  std::string out = styled(style, "1", number_text(s)) + ": " +
                    styled(style, s.outcome.kind == Kind::kNone ? "32" : "31", shown_outcome(s.outcome.text)) + "\n\n";
  out += to_text(s.finding.steps, style) + "\n";
  if (s.outcome.kind != Kind::kNone) out += printable(s.finding.summary) + "\n\n";
  if (!s.finding.trace.empty()) {
    out += fmt::format("Run it again: lockstep replay {}\n", printable(s.finding.trace));
  }
  out += fmt::format("{}: one execution ({}, {})\n", program_of(s.search), trace::mode_name(s.search.mode),
                     trace::model_name(s.search.model));
  return out;
}

std::string to_json(const ShownExecution& s) {
  Json j = header(s.search);
  j["execution"] = s.number;
  if (s.of > 0) j["of"] = s.of;
  j.update(outcome_json(s.outcome));
  Json finding = Json::parse(to_json(s.finding));
  if (s.outcome.kind != Kind::kNone) j["summary"] = finding["summary"];
  j["trace"] = finding["trace"];
  j["steps"] = std::move(finding["steps"]);
  return dumped(j);
}

Report as_report(const ShownExecution& s) {
  Report r = s.search;
  r.executions = 1;
  r.stopped = Stopped::kReplay;
  r.verdict = s.outcome.kind == Kind::kNone ? "pass" : "fail";
  r.bugs = {s.finding};
  return r;
}

}  // namespace lockstep::report
