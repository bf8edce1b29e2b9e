#include <nlohmann/json.hpp>

#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order of the contract

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json step(const explain::Step& s) {
  Json j;
  j["n"] = s.n;
  j["thread"] = s.thread;
  j["op"] = s.op;
  j["object"] = or_null(s.object);
  j["value"] = s.value ? Json(*s.value) : Json();
  // Numbers as numbers: what is written in the source is what a tool wants to compare with.
  if (s.value && !s.value->empty() &&
      s.value->find_first_not_of("0123456789", s.value->front() == '-') == std::string::npos && s.value->size() < 19) {
    j["value"] = std::stoll(*s.value);
  }
  j["file"] = or_null(s.file);
  j["line"] = s.line > 0 ? Json(s.line) : Json();
  j["function"] = or_null(s.function);
  j["why"] = or_null(s.why);
  j["action"] = s.action;
  if (s.turning_point) j["turning_point"] = true;
  if (s.repeats) j["repeats"] = true;
  if (!s.folded.empty()) j["folded"] = s.folded;
  return j;
}

Json place(const explain::Place& p) {
  Json j;
  j["function"] = or_null(p.function);
  j["file"] = or_null(p.file);
  j["line"] = p.line > 0 ? Json(p.line) : Json();
  return j;
}

// What is known of the causes, and what helps; nothing of what does not apply.
void add_causes(Json& j, const explain::Finding& f) {
  for (const explain::Waiting& w : f.waiting) {
    Json entry;
    entry["thread"] = w.thread;
    entry["object"] = or_null(w.object);
    entry["holder"] = or_null(w.holder);
    entry["why"] = w.why;
    entry["place"] = place(w.place);
    j["waiting"].push_back(std::move(entry));
  }
  for (const explain::Condition& c : f.conditions) {
    j["conditions"].push_back({{"name", c.name}, {"evidence", c.evidence}});
  }
  for (const explain::Access& a : f.accesses) {
    Json entry;
    entry["thread"] = a.thread;
    entry["action"] = a.action;
    entry["locks"] = a.locks;
    entry["stack"] = Json::array();
    for (const explain::Place& p : a.stack) entry["stack"].push_back(place(p));
    j["accesses"].push_back(std::move(entry));
  }
  if (!f.unordered.empty()) j["unordered"] = f.unordered;
  if (f.counterfactual) {
    Json entry;
    entry["text"] = f.counterfactual->text;
    entry["passes"] = f.counterfactual->passes;
    entry["tried"] = f.counterfactual->tried;
    entry["steps"] = Json::array();
    for (const explain::Step& s : f.counterfactual->steps) entry["steps"].push_back(step(s));
    j["counterfactual"] = std::move(entry);
  }
  for (const explain::Fix& fix : f.fixes) {
    Json entry;
    entry["title"] = fix.title;
    entry["how"] = fix.how;
    entry["breaks"] = or_null(fix.breaks);
    entry["cost"] = or_null(fix.cost);
    entry["diff"] = or_null(fix.diff);
    j["fixes"].push_back(std::move(entry));
  }
}

Json finding(const explain::Finding& f) {
  Json j;
  j["kind"] = trace::kind_name(f.kind);
  j["pattern"] = f.pattern;
  j["summary"] = f.summary;
  if (f.library) j["origin"] = "library";
  j["objects"] = f.objects;
  j["found_after"] = f.found_after;
  j["preemptions"] = f.preemptions;
  j["trace"] = or_null(f.trace);
  j["steps"] = Json::array();
  for (const explain::Step& s : f.steps) j["steps"].push_back(step(s));
  j["stack"] = f.stack;
  add_causes(j, f);
  j["output"] = f.output;
  if (!f.test.empty()) j["test"] = f.test;
  return j;
}

std::string_view stopped_word(Stopped s) {
  switch (s) {
    case Stopped::kComplete:
      return "complete";
    case Stopped::kBug:
      return "bug";
    case Stopped::kTime:
      return "time";
    case Stopped::kExecutions:
      return "executions";
    case Stopped::kInterrupt:
      return "interrupt";
    case Stopped::kUnsupported:
      return "unsupported";
    case Stopped::kReplay:
      return "replay";
  }
  return "unknown";
}

Json report(const Report& r) {
  Json j;
  j["schema"] = 1;
  j["program"] = r.program;
  if (!r.test.empty()) j["test"] = r.test;
  j["mode"] = trace::mode_name(r.mode);
  j["memory_model"] = trace::model_name(r.model);
  j["verdict"] = r.verdict;
  j["complete"] = r.complete;
  j["executions"] = r.executions;
  if (r.mode != protocol::Mode::kExhaustive && r.distinct > 0) j["distinct"] = r.distinct;
  j["blocked"] = r.blocked;
  j["seconds"] = r.seconds;
  j["seed"] = r.seed;
  if (r.shard_count > 1) j["shard"] = {{"index", r.shard_index + 1}, {"count", r.shard_count}};
  j["explorer"] = trace::mode_name(r.explorer);
  j["stopped_by"] = stopped_word(r.stopped);
  if (r.estimate > 0) j["estimate"] = r.estimate;
  j["confidence"] = confidence(r);
  j["bugs"] = Json::array();
  for (const auto& f : r.bugs) j["bugs"].push_back(finding(f));
  j["warnings"] = Json::array();
  for (const auto& f : r.warnings) j["warnings"].push_back(finding(f));
  if (!r.unsupported.empty()) j["unsupported"] = {{"what", r.unsupported}, {"stack", r.unsupported_at}};
  for (const Report& t : r.tests) j["tests"].push_back(report(t));
  return j;
}

}  // namespace

std::string to_json(const explain::Finding& f) {
  return finding(f).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const Report& r) { return report(r).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace lockstep::report
