// The report as SARIF 2.1.0 (Static Analysis Results Interchange Format).
//
// A bug is a result whose code flow has one thread flow for each thread of the program; `executionOrder` says how they
// interleave. GitHub code scanning refuses results and flow steps without a file, so what has no place in the source
// lies in the program itself.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "explain/essays.h"
#include "explain/explain.h"
#include "names/namer.h"
#include "names/text.h"
#include "report/markdown.h"
#include "report/replacements.h"
#include "report/report.h"
#include "report/sources.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using explain::Finding;
using explain::Step;
using protocol::Kind;
using Json = nlohmann::ordered_json;

constexpr const char* kRoot = "%SRCROOT%";  // the name that code scanning and editors give to the checkout
constexpr Kind kFirstKind = Kind::kDataRace, kLastKind = Kind::kNondeterminism;

// In SARIF's messages `[text](target)` is a link and `{0}` an argument. Names of the program are neither.
std::string message_text(const std::string& text) {
  std::string out;
  const std::string shown = printable(text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    if (c == ']' && i + 1 < shown.size() && shown[i + 1] == '(') out += '\\';
    out += c;
    if (c != '{') continue;
    const std::size_t end = shown.find_first_not_of("0123456789", i + 1);
    if (end == i + 1 || end == std::string::npos || shown[end] != '}') continue;
    out += "{" + shown.substr(i + 1, end - i) + "}";
    i = end;
  }
  return out;
}

Json message(const std::string& text) { return {{"text", message_text(text)}}; }

// `data-race` as DataRace and as "Data race".
std::string name_of(std::string_view kind) {
  std::string out;
  bool upper = true;
  for (const char c : kind) {
    if (c != '-') out += upper ? static_cast<char>(std::toupper(c)) : c;
    upper = c == '-';
  }
  return out;
}

// "It waits for `a`." of a list in which the thread stands before it, as a sentence of its own.
std::string with_subject(const std::string& thread, const std::string& why) {
  return why.starts_with("It ") ? thread + why.substr(2) : thread + ": " + why;
}

std::string words_of(std::string_view kind) {
  std::string out(kind);
  std::replace(out.begin(), out.end(), '-', ' ');
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(out[0]));
  return out;
}

Json rule(Kind kind) {
  const std::string_view id = trace::kind_name(kind);
  const std::string what = explain::essay_summary(id);
  const char* level = kind == Kind::kLockOrder ? "warning" : "error";
  return {{"id", id},
          {"name", name_of(id)},
          {"shortDescription", {{"text", words_of(id)}}},
          {"fullDescription", {{"text", what}}},
          {"help", {{"text", markdown_to_text(explain::essay(id), {})}, {"markdown", explain::essay(id)}}},
          {"defaultConfiguration", {{"level", level}}},
          {"properties",
           {{"tags", Json::array({"concurrency", "correctness"})},
            {"precision", "very-high"},  // each is an execution that was seen
            {"problem.severity", level}}}};
}

// What numbers in names stand for changes with every edit: lines of lambdas and of allocations.
std::string without_lines(const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    out += name[i];
    const bool line = name[i] == ':' || out.ends_with("line ");
    while (line && i + 1 < name.size() && name[i + 1] >= '0' && name[i + 1] <= '9') ++i;
  }
  return out;
}

std::string fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/=:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

class Sarif {
 public:
  Sarif(const Report& report, const Invocation& invocation)
      : report_(report), invocation_(invocation), sources_(invocation.directory) {}

  Json log();

 private:
  // A place in a file; `line` 0 is the file as a whole.
  struct Place {
    std::string path, function;
    int line = 0;
    bool operator<(const Place& o) const {
      return std::tie(path, line, function) < std::tie(o.path, o.line, o.function);
    }
  };
  struct Related {
    Place place;
    std::string text;
  };

  Json result(const Finding& f);
  Json artifact(const std::string& path) const;
  Json location(const Place& place) const;
  Json code_flow(const Finding& f, names::Namer* namer);
  Json stack(const trace::Execution& e, trace::Stack stack, const std::string& text, names::Namer& namer);
  Json stacks(const Finding& f, names::Namer& namer);
  Json fixes(const Finding& f);
  Json details(const Finding& f);
  Json invocation() const;

  std::vector<Related> related(const Finding& f);
  Place primary(const Finding& f);
  Place program() const;
  Place place(const Step& s) const { return place(s.file, s.line, s.function); }
  Place place(const explain::Place& p) const { return place(p.file, p.line, p.function); }
  Place place(const std::string& file, int line, const std::string& function) const {
    if (file.empty() || line <= 0) return {program().path, function, 0};
    return {sources_.path(file, line, function), function, line};
  }

  const Report& report_;
  const Invocation& invocation_;
  Sources sources_;
  std::map<std::string, int> fingerprints_;  // how many results have it so far
};

// Whether the user could go there.
bool is_users(const Step& s) { return !s.file.empty() && s.line > 0 && !names::is_library_file(s.file); }

// The thread can never finish it.
bool is_wait(const Step& s, const Finding& f) {
  return s.event == protocol::kNone && (f.kind == Kind::kDeadlock || (f.kind == Kind::kStarvation && s.repeats));
}

Sarif::Place Sarif::program() const {
  const std::string& given = report_.program.empty() ? std::string("program") : report_.program[0];
  return {sources_.path(given, 0, ""), "", 0};
}

Json Sarif::artifact(const std::string& path) const {
  const std::string below = sources_.below_directory(path);
  if (below.empty()) return {{"uri", "file://" + uri_path(path)}};
  return {{"uri", uri_path(below)}, {"uriBaseId", kRoot}};
}

Json Sarif::location(const Place& place) const {
  Json out = {{"physicalLocation",
               {{"artifactLocation", artifact(place.path)}, {"region", {{"startLine", std::max(place.line, 1)}}}}}};
  if (!place.function.empty()) {
    out["logicalLocations"] = Json::array({{{"fullyQualifiedName", printable(place.function)}, {"kind", "function"}}});
  }
  return out;
}

// Where a reader should look first: what failed, or who waits.
Sarif::Place Sarif::primary(const Finding& f) {
  if (f.kind == Kind::kDeadlock && !f.waiting.empty() && !f.waiting[0].place.file.empty())
    return place(f.waiting[0].place);
  if (f.kind == Kind::kDataRace && f.accesses.size() == 2 && !f.accesses[1].stack.empty()) {
    return place(f.accesses[1].stack[0]);
  }
  const Step* best = nullptr;
  for (const Step& s : f.steps) {
    if (!is_users(s)) continue;
    if (is_wait(s, f)) return place(s);
    if (s.repeats && best && best->repeats) continue;  // a round: where it begins
    best = &s;
  }
  return best ? place(*best) : program();
}

std::vector<Sarif::Related> Sarif::related(const Finding& f) {
  std::vector<Related> out;
  const auto add = [&](const Place& p, const std::string& text) { out.push_back({p, text}); };
  for (const explain::Access& a : f.accesses) {
    if (!a.stack.empty()) add(place(a.stack[0]), a.thread + " " + a.action);
  }
  for (const explain::Waiting& w : f.waiting) {
    if (!w.place.file.empty()) add(place(w.place), with_subject(w.thread, w.why));
  }
  if (out.empty()) {
    for (const Step& s : f.steps) {
      bool wanted = s.turning_point || is_wait(s, f);
      if (f.kind == Kind::kDataRace && f.execution && f.execution->bug && f.execution->bug->kind == f.kind) {
        wanted |= s.event != protocol::kNone &&
                  (s.event == f.execution->bug->event || s.event == f.execution->bug->other_event);
      }
      if (wanted && is_users(s)) add(place(s), s.thread + " " + s.action);
    }
  } else {
    for (const Step& s : f.steps) {
      if (s.turning_point && is_users(s)) add(place(s), "the turning point: " + s.thread + " " + s.action);
    }
  }
  return out;
}

Json frame(const Json& location) { return {{"location", location}}; }

Json Sarif::stack(const trace::Execution& e, trace::Stack stack, const std::string& text, names::Namer& namer) {
  constexpr std::size_t kShown = 40;
  Json frames = Json::array();
  if (stack.count > 0 && stack.first < e.frames.size()) {
    for (const names::SourceFrame& f : namer.frames(stack)) {
      if (f.library || f.file.empty()) continue;
      if (frames.size() == kShown) break;
      frames.push_back(frame(location(place(f.file, f.line, f.function))));
    }
  }
  if (frames.empty()) return nullptr;
  Json out;
  if (!text.empty()) out["message"] = message(text);
  out["frames"] = std::move(frames);
  return out;
}

// What a step is, in the words that SARIF has for it.
std::vector<std::string> kinds(const Step& s, bool waits, bool fails) {
  std::vector<std::string> out;
  const std::string& op = s.op;
  const auto has = [&](std::string_view part) { return op.find(part) != std::string::npos; };
  if (waits) {
    out = has("lock") ? std::vector<std::string>{"lock"} : std::vector<std::string>{"resource"};
  } else if (has("unlock")) {
    out = {"release", "lock"};
  } else if (has("lock")) {
    out = {"acquire", "lock"};
  } else if (op == "allocate") {
    out = {"acquire", "memory"};
  } else if (op == "free") {
    out = {"release", "memory"};
  } else if (op == "read" || op == "write" || op == "load" || op == "store" || op == "read-modify-write" ||
             op == "compare-exchange") {
    out = {"memory", "value"};
  } else if (op == "create" || op == "join") {
    out = {"call"};
  } else if (has("semaphore") || has("barrier") || has("wait") || has("notify") || has("wake")) {
    out = {"resource"};
  }
  if (s.turning_point) out.emplace_back("caution");
  if (fails) out.emplace_back("danger");
  return out;
}

Json Sarif::code_flow(const Finding& f, names::Namer* namer) {
  std::vector<std::string> order;  // of the threads' first steps
  std::map<std::string, Json> flows;
  std::map<std::string, std::string> state;  // what is known of the objects by now
  std::map<std::string, std::uint16_t> threads;
  if (namer) {
    for (std::uint16_t t = 0; t < f.execution->thread_count(); ++t) threads.emplace(namer->thread(t), t);
  }
  for (const Step& s : f.steps) {
    if (!flows.count(s.thread)) {
      order.push_back(s.thread);
      flows[s.thread] = Json::array();
    }
    const bool waits = is_wait(s, f), fails = !waits && &s == &f.steps.back();
    std::string text = s.action;
    if (!s.why.empty()) text += s.turning_point ? ": " + s.why : " (" + s.why + ")";
    Json where = location(place(s));
    where["message"] = message(text);
    Json at;
    at["location"] = std::move(where);
    if (namer) {
      const auto thread = threads.find(s.thread);
      trace::Stack raw = {0, 0};
      if (s.event != protocol::kNone && s.event < f.execution->events.size()) {
        raw = f.execution->events[s.event].stack;
      } else if (thread != threads.end()) {
        raw = f.execution->threads[thread->second].stack;
      }
      if (Json frames = stack(*f.execution, raw, "", *namer); !frames.is_null()) at["stack"] = std::move(frames);
    }
    if (const auto words = kinds(s, waits, fails); !words.empty()) at["kinds"] = words;
    if (!s.object.empty() && !waits) {
      if (s.value) {
        state[s.object] = *s.value;
      } else if (s.op == "unlock" || s.op == "rw-unlock") {
        state[s.object] = "released by " + s.thread;
      } else if (s.op == "lock" || s.op == "read-lock" || s.op == "write-lock") {
        state[s.object] = "held by " + s.thread;
      }
    }
    if (!state.empty()) {
      Json values;
      for (const auto& [object, value] : state) values[printable(object)] = message(value);
      at["state"] = std::move(values);
    }
    at["executionOrder"] = s.n;
    at["importance"] = s.turning_point || fails || waits ? "essential" : "important";
    Json more;
    if (!s.folded.empty()) more["leftOutBefore"] = printable(s.folded);
    if (s.repeats) more["repeats"] = true;
    if (!more.is_null()) at["properties"] = std::move(more);
    flows[s.thread].push_back(std::move(at));
  }
  Json thread_flows = Json::array();
  for (const std::string& thread : order) {
    thread_flows.push_back(
        {{"id", printable(thread)}, {"message", message("thread " + thread)}, {"locations", std::move(flows[thread])}});
  }
  return Json::array({{{"message", message("The failing execution; executionOrder says how the threads interleave.")},
                       {"threadFlows", std::move(thread_flows)}}});
}

Json Sarif::stacks(const Finding& f, names::Namer& namer) {
  const trace::Execution& e = *f.execution;
  Json out = Json::array();
  const auto add = [&](trace::Stack raw, const std::string& text) {
    if (Json one = stack(e, raw, text, namer); !one.is_null()) out.push_back(std::move(one));
  };
  // Which of the execution's bugs this one is: the kind tells, if it is the only one of it.
  const trace::Bug* bug = nullptr;
  int same = 0;
  const auto look = [&](const trace::Bug& b) {
    if (b.kind == f.kind && ++same == 1) bug = &b;
  };
  if (e.bug) look(*e.bug);
  for (const trace::Bug& b : e.warnings) look(b);
  if (same != 1) return out;
  if (f.kind == Kind::kDeadlock) {
    for (std::uint16_t t = 0; t < e.thread_count() && out.size() < 16; ++t) {
      if (e.threads[t].state != protocol::ThreadState::kBlocked) continue;
      add(e.threads[t].stack, fmt::format("where {} waits", namer.thread(t)));
    }
    return out;
  }
  for (const std::uint32_t i : {bug->other_event, bug->event}) {
    if (i == protocol::kNone || (f.kind != Kind::kDataRace && i == bug->other_event)) continue;
    add(e.events[i].stack,
        fmt::format("where {} {} it", namer.thread(e.events[i].thread), trace::op_verb(e.events[i].op)));
  }
  if (out.empty() && bug->thread < e.threads.size()) add(e.threads[bug->thread].stack, "where it failed");
  return out;
}

// Diffs do not name their file: it is the one, of those that the finding names, whose lines they quote.
Json Sarif::fixes(const Finding& f) {
  constexpr std::uintmax_t kLargest = 8u << 20;
  std::map<std::string, std::string> texts;
  const auto read = [&](const Place& p) {
    if (p.line == 0 || texts.count(p.path)) return;
    std::ifstream in(p.path, std::ios::binary | std::ios::ate);
    if (!in || static_cast<std::uintmax_t>(in.tellg()) > kLargest) return;
    in.seekg(0);
    texts[p.path] = std::string(std::istreambuf_iterator<char>(in), {});
  };
  Json out = Json::array();
  for (const explain::Fix& fix : f.fixes) {
    if (fix.diff.empty()) continue;
    if (texts.empty()) {
      for (const Step& s : f.steps) {
        if (is_users(s)) read(place(s));
      }
      for (const explain::Access& a : f.accesses) {
        for (const explain::Place& p : a.stack) read(place(p));
      }
      for (const explain::Waiting& w : f.waiting) read(place(w.place));
    }
    std::optional<std::vector<Replacement>> changes;
    std::string path;
    int fitting = 0;
    for (const auto& [candidate, text] : texts) {
      if (auto found = replacements(fix.diff, text); found && ++fitting == 1) {
        changes = std::move(found);
        path = candidate;
      }
    }
    if (fitting != 1) continue;
    Json list = Json::array();
    for (const Replacement& r : *changes) {
      Json one = {{"deletedRegion",
                   {{"startLine", r.first}, {"startColumn", 1}, {"endLine", r.first + r.count}, {"endColumn", 1}}}};
      if (!r.text.empty()) one["insertedContent"] = {{"text", r.text}};
      list.push_back(std::move(one));
    }
    std::string text = fix.title;
    if (!fix.breaks.empty()) text += "; breaks " + fix.breaks;
    if (!fix.cost.empty()) text += "; cost: " + fix.cost;
    out.push_back({{"description", message(text)},
                   {"artifactChanges", Json::array({{{"artifactLocation", artifact(path)}, {"replacements", list}}})}});
  }
  return out;
}

// What SARIF has no word for.
Json Sarif::details(const Finding& f) {
  Json p;
  p["pattern"] = f.pattern;
  if (std::string text = explain::essay_summary(f.pattern); !text.empty()) p["patternHelp"] = std::move(text);
  if (f.pattern != "none" && !f.pattern.empty()) p["tags"] = Json::array({f.pattern});
  if (f.library) p["origin"] = "library";
  if (!f.test.empty()) p["test"] = f.test;
  p["objects"] = f.objects;
  p["found_after"] = f.found_after;
  p["preemptions"] = f.preemptions;
  if (!f.trace.empty()) p["trace"] = f.trace;
  if (!f.unordered.empty()) p["unordered"] = f.unordered;
  for (const explain::Condition& c : f.conditions) p["conditions"][c.name] = c.evidence;
  for (const explain::Waiting& w : f.waiting) {
    p["waiting"].push_back({{"thread", w.thread}, {"object", w.object}, {"holder", w.holder}, {"why", w.why}});
  }
  for (const explain::Access& a : f.accesses) {
    p["accesses"].push_back({{"thread", a.thread}, {"action", a.action}, {"locks", a.locks}});
  }
  for (const explain::Fix& x : f.fixes) {
    p["fixes"].push_back(
        {{"title", x.title}, {"how", x.how}, {"breaks", x.breaks}, {"cost", x.cost}, {"diff", x.diff}});
  }
  if (f.counterfactual) {
    p["counterfactual"] = {
        {"text", f.counterfactual->text}, {"passes", f.counterfactual->passes}, {"tried", f.counterfactual->tried}};
  }
  if (!f.output.empty()) p["output"] = f.output;
  return p;
}

Json Sarif::result(const Finding& f) {
  std::optional<names::Namer> namer;
  if (f.execution) {
    namer.emplace(*f.execution);
    sources_.learn(*f.execution, *namer);
  }
  const bool known = f.kind >= kFirstKind && f.kind <= kLastKind;
  Json r;
  r["ruleId"] = trace::kind_name(f.kind);
  if (known) r["ruleIndex"] = static_cast<int>(f.kind) - static_cast<int>(kFirstKind);
  r["level"] = f.warning ? "warning" : "error";
  std::string text = f.test.empty() ? f.summary : f.test + ": " + f.summary;
  if (!f.unordered.empty()) text += " " + f.unordered;
  if (f.counterfactual && !f.counterfactual->text.empty()) text += " " + f.counterfactual->text;
  r["message"] = message(text);

  const Place first = primary(f);
  const std::vector<Related> others = related(f);
  r["locations"] = Json::array({location(first)});
  std::set<std::string> functions = {first.function};
  Json list = Json::array();
  for (const Related& other : others) {
    Json one = location(other.place);
    one["id"] = list.size() + 1;
    one["message"] = message(other.text);
    list.push_back(std::move(one));
    functions.insert(other.place.function);
  }
  if (!list.empty()) r["relatedLocations"] = std::move(list);
  if (!f.steps.empty()) r["codeFlows"] = code_flow(f, namer ? &*namer : nullptr);
  if (namer) {
    if (Json all = stacks(f, *namer); !all.empty()) r["stacks"] = std::move(all);
  }
  if (Json all = fixes(f); !all.empty()) r["fixes"] = std::move(all);

  // The same bug, found again by another search or after an edit elsewhere, is the same result.
  std::string identity = fmt::format("{}\n{}\n{}\n", trace::kind_name(f.kind), f.pattern, f.test);
  const std::set<std::string> objects(f.objects.begin(), f.objects.end());
  for (const std::string& o : objects) identity += without_lines(o) + "\n";
  for (const std::string& function : functions) identity += without_lines(function) + "\n";
  const std::string hash = fnv1a(identity);
  r["partialFingerprints"] = {{"lockstepBug/v1", fmt::format("{}:{}", hash, ++fingerprints_[hash])}};
  r["properties"] = details(f);
  return r;
}

Json Sarif::invocation() const {
  std::string line;
  for (const std::string& word : invocation_.command) line += (line.empty() ? "" : " ") + shell_word(word);
  Json j = {{"commandLine", line}};
  j["arguments"] = Json::array();
  for (std::size_t i = 1; i < invocation_.command.size(); ++i) j["arguments"].push_back(invocation_.command[i]);
  if (!invocation_.directory.empty()) {
    j["workingDirectory"] = {{"uri", "file://" + uri_path(invocation_.directory) + "/"}};
  }
  j["exitCode"] = invocation_.status;
  j["executionSuccessful"] = report_.unsupported.empty();
  if (!report_.unsupported.empty()) {
    std::string text = "not supported: " + report_.unsupported;
    for (const std::string& at : report_.unsupported_at) text += ", at " + at;
    j["toolExecutionNotifications"] = Json::array({{{"level", "error"}, {"message", message(text)}}});
  } else if (report_.verdict == "inconclusive") {
    j["toolExecutionNotifications"] = Json::array({{{"level", "warning"}, {"message", message(confidence(report_))}}});
  }
  return j;
}

Json Sarif::log() {
  Json rules = Json::array();
  for (int k = static_cast<int>(kFirstKind); k <= static_cast<int>(kLastKind); ++k) rules.push_back(rule(Kind(k)));
  Json driver = {{"name", "Lockstep"}};
  if (!invocation_.version.empty()) driver["semanticVersion"] = invocation_.version;
  driver["rules"] = std::move(rules);

  Json results = Json::array();
  for (const Finding& f : report_.bugs) results.push_back(result(f));
  for (const Finding& f : report_.warnings) results.push_back(result(f));

  Json run;
  run["tool"] = {{"driver", std::move(driver)}};
  // Code scanning keeps one set of results for each category: the checks of two programs do not replace each other.
  const std::string name = report_.program.empty() ? "program" : names::base_name(report_.program[0]);
  run["automationDetails"] = {{"id", "lockstep/" + printable(name) + "/"}};
  run["invocations"] = Json::array({invocation()});
  if (!invocation_.directory.empty()) {
    run["originalUriBaseIds"][kRoot] = {{"uri", "file://" + uri_path(invocation_.directory) + "/"}};
  }
  run["columnKind"] = "utf16CodeUnits";
  run["results"] = std::move(results);
  run["properties"] = {{"program", report_.program},
                       {"verdict", report_.verdict},
                       {"complete", report_.complete},
                       {"executions", report_.executions},
                       {"blocked", report_.blocked},
                       {"mode", trace::mode_name(report_.mode)},
                       {"memory_model", trace::model_name(report_.model)},
                       {"seed", report_.seed},
                       {"confidence", confidence(report_)}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", Json::array({std::move(run)})}};
}

}  // namespace

std::string to_sarif(const Report& r, const Invocation& invocation) {
  return Sarif(r, invocation).log().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep::report
