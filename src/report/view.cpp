#include "report/view.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "explain/explain.h"
#include "explain/history.h"
#include "explain/library_call.h"
#include "explain/source.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using Json = nlohmann::ordered_json;
using explain::Index;
using explain::kNone;
using protocol::kNoThread;
using protocol::Op;

// Lines of source before and after one that is shown.
constexpr int kContext = 6;

class View {
 public:
  Json whole(const Report& report);

 private:
  Json bug(const explain::Finding& f);
  Json run(const trace::Execution& recorded, const std::vector<explain::Step>& steps);
  void use(const std::string& file, const std::string& path, int line) {
    if (file.empty() || line <= 0) return;
    wanted_[file].insert(line);
    paths_[file] = path;
  }
  Json sources(const std::string& program);

  std::map<std::string, std::set<int>> wanted_;
  std::map<std::string, std::string> paths_;
};

Json rows_of(const std::vector<explain::Step>& steps) {
  Json rows = Json::array();
  for (const explain::Step& s : steps) {
    Json row;
    row["n"] = s.n;
    row["event"] = s.event == kNone ? -1 : static_cast<int>(s.event);
    row["thread"] = s.thread;
    row["text"] = s.action;
    row["why"] = s.why;
    row["turn"] = s.turning_point;
    row["repeats"] = s.repeats;
    row["folded"] = s.folded;
    row["file"] = names::is_library_file(s.file) ? "" : s.file;
    row["line"] = s.line;
    rows.push_back(std::move(row));
  }
  return rows;
}

// What happens before each event by other means than its own thread's order: the nearest such event.
class Edges {
 public:
  explicit Edges(const trace::Execution& e) : e_(e), last_of_(e.threads.size(), kNone) {}

  /// Call for each event in order.
  std::pair<Index, int> into(Index i) {
    const trace::Event& event = e_.events[i];
    std::pair<Index, int> from = {kNone, 0};
    const bool first = last_of_[event.thread] == kNone;
    last_of_[event.thread] = i;
    if (first && event.thread != 0 && e_.threads[event.thread].create_event < i) {
      from = {e_.threads[event.thread].create_event, 2};
    }
    if (trace::is_read(event.op) && event.op != Op::kPlainRead && event.reads_from != kNone && event.reads_from < i &&
        e_.events[event.reads_from].thread != event.thread) {
      from = {event.reads_from, 1};
    } else if (trace::is_acquire(event.op) && explain::succeeded(event)) {
      const auto released = released_.find(event.addr);
      if (released != released_.end() && e_.events[released->second].thread != event.thread)
        from = {released->second, 2};
    } else if (event.op == Op::kThreadJoin && event.other < last_of_.size() && last_of_[event.other] != kNone) {
      from = {last_of_[event.other], 2};
    } else if (event.op == Op::kCondWake || event.op == Op::kFutexWoken) {
      const auto notified = notified_.find(event.addr);
      const bool woken = !(event.flags & (protocol::kFlagTimedOut | protocol::kFlagSpurious));
      if (woken && notified != notified_.end()) from = {notified->second, 2};
    }
    if (trace::is_release(event.op)) released_[event.addr] = i;
    if (event.op == Op::kCondWait || event.op == Op::kCondTimedWait) released_[event.aux] = i;
    if (trace::is_notify(event.op)) notified_[event.addr] = i;
    return from;
  }

 private:
  const trace::Execution& e_;
  std::vector<Index> last_of_;
  std::map<std::uint64_t, Index> released_, notified_;
};

Json View::run(const trace::Execution& recorded, const std::vector<explain::Step>& steps) {
  names::Namer namer(recorded);
  const trace::Execution e = explain::with_objects_of_calls(recorded, namer);
  Json out;
  out["threads"] = Json::array();
  for (std::uint16_t t = 0; t < e.threads.size(); ++t) {
    const bool blocked = e.threads[t].state == protocol::ThreadState::kBlocked;
    out["threads"].push_back({{"name", namer.thread(t)}, {"blocked", blocked}});
  }
  Json objects = Json::array(), events = Json::array(), locks = Json::array(), waits = Json::array();
  std::map<std::string, int> numbers;
  const auto number = [&](const std::string& name) {
    if (name.empty()) return -1;
    const auto [it, fresh] = numbers.try_emplace(name, static_cast<int>(objects.size()));
    if (fresh) objects.push_back(name);
    return it->second;
  };
  const int count = static_cast<int>(e.events.size());
  std::vector<Index> last(e.threads.size(), kNone);
  for (Index i = 0; i < e.events.size(); ++i) last[e.events[i].thread] = i;
  std::vector<int> previous(e.threads.size(), -1);
  std::map<std::pair<std::uint16_t, std::uint64_t>, std::vector<std::size_t>> held;  // open entries of `locks`
  const auto release = [&](std::uint16_t thread, std::uint64_t addr, int at) {
    auto& open = held[{thread, addr}];
    if (open.empty()) return;
    locks[open.back()][3] = at;
    open.pop_back();
  };
  Edges edges(e);
  for (Index i = 0; i < e.events.size(); ++i) {
    const trace::Event& event = e.events[i];
    const std::string name = event.addr == 0 || event.op == Op::kThreadCreate ? "" : namer.object(event.addr, i);
    const int object = number(name);
    const names::SourceFrame place = namer.place(event.stack);
    const std::string file = place.library ? "" : place.file;
    use(file, place.full_path, place.line);
    const auto [from, how] = edges.into(i);
    const bool value = (event.flags & protocol::kFlagValue) && (trace::is_read(event.op) || trace::is_write(event.op));
    events.push_back({event.thread, explain::describe(event, name, namer), object,
                      value ? Json(explain::show_value(event.value, event.size, namer)) : Json(), file, place.line,
                      from == kNone ? -1 : static_cast<int>(from), how});
    const trace::Thread& t = e.threads[event.thread];
    const int at = static_cast<int>(i);
    const bool pending = last[event.thread] == i && t.state == protocol::ThreadState::kBlocked &&
                         t.wait_addr == event.addr && t.wait_op == event.op;
    if ((event.flags & protocol::kFlagWaited) && !pending) {
      waits.push_back({event.thread, object, std::min(previous[event.thread] + 1, at), at, 0});
    }
    if (trace::is_acquire(event.op) && explain::succeeded(event) && !pending) {
      held[{event.thread, event.addr}].push_back(locks.size());
      locks.push_back({event.thread, object, at, count});
    } else if (trace::is_release(event.op)) {
      release(event.thread, event.addr, at);
    } else if (event.op == Op::kCondWait || event.op == Op::kCondTimedWait) {
      release(event.thread, event.aux, at);
    }
    previous[event.thread] = at;
  }
  for (std::uint16_t t = 0; t < e.threads.size(); ++t) {
    if (e.threads[t].state != protocol::ThreadState::kBlocked) continue;
    const std::string name = e.threads[t].wait_op == Op::kThreadJoin || e.threads[t].wait_addr == 0
                                 ? ""
                                 : namer.object(e.threads[t].wait_addr);
    Json wait = {t, number(name), previous[t] + 1, count, 1};
    // Who would have to act: the holder, or the thread that is joined.
    const std::uint16_t holder = e.threads[t].wait_holder;
    wait.push_back(holder == kNoThread ? -1 : static_cast<int>(holder));
    waits.push_back(std::move(wait));
    const names::SourceFrame place = namer.place(e.threads[t].stack);
    if (!place.library) use(place.file, place.full_path, place.line);
  }
  out["objects"] = std::move(objects);
  out["events"] = std::move(events);
  out["locks"] = std::move(locks);
  out["waits"] = std::move(waits);
  out["rows"] = rows_of(steps);
  return out;
}

Json View::bug(const explain::Finding& f) {
  Json j = Json::parse(to_json(f));
  j["warning"] = f.warning;
  j["runs"] = Json::array();
  if (!f.execution) return j;
  j["runs"].push_back(run(*f.execution, f.steps));
  if (f.execution->passing && f.counterfactual && f.counterfactual->passes) {
    j["runs"].push_back(run(*f.execution->passing, f.counterfactual->steps));
  }
  return j;
}

Json View::sources(const std::string& program) {
  explain::Source source(program);
  Json out = Json::object();
  for (const auto& [file, lines] : wanted_) {
    const int count = static_cast<int>(source.file(paths_[file]).size());
    Json shown = Json::array();
    std::set<int> numbers;
    for (const int line : lines) {
      for (int n = std::max(1, line - kContext); n <= std::min(count, line + kContext); ++n) numbers.insert(n);
    }
    for (const int n : numbers) shown.push_back({n, source.line(paths_[file], n)});
    out[file]["lines"] = std::move(shown);
    out[file]["note"] = count > 0 ? "" : "This file is not there any more, or is newer than the program.";
  }
  return out;
}

Json View::whole(const Report& report) {
  Json j;
  j["version"] = 1;
  j["program"] = report.program;
  j["verdict"] = report.verdict;
  j["confidence"] = confidence(report);
  j["mode"] = trace::mode_name(report.mode);
  j["model"] = trace::model_name(report.model);
  j["bugs"] = Json::array();
  std::string program;
  const auto add = [&](const Report& r) {
    for (const auto* list : {&r.bugs, &r.warnings}) {
      for (const explain::Finding& f : *list) {
        j["bugs"].push_back(bug(f));
        if (f.execution) program = f.execution->program.path;
      }
    }
  };
  add(report);
  for (const Report& test : report.tests) add(test);
  j["sources"] = sources(program);
  return j;
}

}  // namespace

std::string view_of(const Report& report) {
  return View().whole(report).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lockstep::report
