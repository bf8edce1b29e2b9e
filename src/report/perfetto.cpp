// The recorded executions as a timeline, in the Trace Event Format (JSON) that ui.perfetto.dev and chrome://tracing
// open.
//
//   process   an execution (one for each bug that was recorded)
//   thread    a thread of the program; more than one if it let go of locks in another order than nested
//   slice     an event; round it, how long a lock is held; before it, how long the thread waited for it
//   arrow     another thread's store to its load, unlock to lock, notification to wakeup, create to start, end to join
//
// Time is virtual: event n begins at n microseconds and takes 0.9. That leaves room for slices to begin and end in
// between, so the slices of a track always nest. Internally in nanoseconds.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "explain/explain.h"
#include "explain/history.h"
#include "names/namer.h"
#include "names/text.h"
#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using explain::Finding;
using explain::History;
using explain::Index;
using explain::kNone;
using explain::Step;
using protocol::kNoThread;
using protocol::Op;
using Json = nlohmann::ordered_json;
using Time = std::int64_t;  // nanoseconds

constexpr Time kEvent = 1000, kMiddle = 500, kEventEnd = 900, kHoldEnd = 950;
constexpr int kTracksPerThread = 64;  // ids of a thread's tracks; locks that would need more share the last one's name

Time start_of(Index i) { return Time{i} * kEvent; }

class Timeline {
 public:
  Timeline(const Finding& finding, int process)
      : f_(finding),
        e_(*finding.execution),
        h_(e_),
        namer_(e_),
        process_(process),
        end_(start_of(h_.size()) + 2 * kEvent) {}

  /// Writes the trace events, each as one line of JSON.
  void write(std::vector<std::string>& out);

 private:
  // What happens at one time: ends first, the innermost of them first, then what encloses the event, then the event.
  enum Rank { kEnds, kBegins, kBeginsInside, kPoints };
  struct Entry {
    Time at;
    Rank rank;
    Time opposite;  // of an end: where it began, negated
    Json json;
  };
  struct Slice {
    Time from, to;
    std::string name;
    Json args;
  };

  void slice(int track, const Slice& s, const char* category, Rank rank);
  void events();
  void find_sleeps();
  void waits();
  void holds();
  void flows();
  void flow(Index from, Index to, const char* name);
  Json metadata(const char* what, int track, Json args) const;
  Json args(Index i);
  std::string title(Index i);
  std::string object(std::uint64_t addr, Index i) { return addr == 0 ? std::string() : namer_.object(addr, i); }
  const Step* step_of(Index i) const {
    const auto it = steps_.find(i);
    return it == steps_.end() ? nullptr : it->second;
  }
  static int track(std::uint16_t thread, int lane = 0) { return 1 + thread * kTracksPerThread + lane; }
  void add(Time at, Rank rank, Time opposite, Json json) {
    json["pid"] = process_;
    json["ts"] = static_cast<double>(at) / 1000;
    entries_.push_back({at, rank, opposite, std::move(json)});
  }

  const Finding& f_;
  const trace::Execution& e_;
  const History h_;
  names::Namer namer_;
  int process_;
  Time end_;
  std::unordered_map<Index, const Step*> steps_;
  std::vector<Entry> entries_;
  struct Sleep {
    Op op;                // that began it
    std::uint64_t on;     // a condition variable or a futex
    Index waker = kNone;  // kNone: the time, chance or nobody known
  };
  std::unordered_map<Index, Sleep> sleeps_;  // by the event with which the thread goes on
  std::map<int, std::string> extra_tracks_;
  int flows_ = 0;
};

std::string hold_words(Op op) {
  return op == Op::kReadLock || op == Op::kTryReadLock || op == Op::kTimedReadLock ? "holds (for reading) " : "holds ";
}

// "sleeps on" what somebody else must signal, "waits for" what somebody else must let go.
std::string wait_words(Op op) {
  if (op == Op::kThreadJoin) return "waits for a thread to end";
  return trace::is_wait(op) ? "sleeps on " : "waits for ";
}

Json Timeline::metadata(const char* what, int track, Json args) const {
  return {{"name", what}, {"ph", "M"}, {"pid", process_}, {"tid", track}, {"args", std::move(args)}};
}

void Timeline::slice(int track, const Slice& s, const char* category, Rank rank) {
  if (s.from >= s.to) return;
  Json begin = {{"name", s.name}, {"cat", category}, {"ph", "B"}, {"tid", track}};
  if (!s.args.is_null()) begin["args"] = s.args;
  add(s.from, rank, 0, std::move(begin));
  add(s.to, kEnds, -s.from, {{"name", s.name}, {"cat", category}, {"ph", "E"}, {"tid", track}});
}

std::string Timeline::title(Index i) {
  const trace::Event& e = h_.at(i);
  const Step* s = step_of(i);
  if (s) return fmt::format("{}{}: {}", s->turning_point ? "turning point, step " : "step ", s->n, s->action);
  std::string out(trace::op_verb(e.op));
  if (const std::string what = object(e.addr, i); !what.empty()) out += " " + explain::quoted(what);
  if (e.other != kNoThread && (e.op == Op::kThreadCreate || e.op == Op::kThreadJoin || e.op == Op::kThreadDetach)) {
    out += " " + namer_.thread(e.other);
  }
  if ((e.flags & protocol::kFlagValue) && e.size > 0 && e.size <= 8) {
    out += (trace::is_write(e.op) ? " = " : ": ") + explain::show_value(e.value, e.size, namer_);
  }
  if (e.flags & protocol::kFlagTimedOut)
    out += ", the deadline passed";
  else if (e.flags & protocol::kFlagFailed)
    out += ", in vain";
  return out;
}

Json Timeline::args(Index i) {
  const trace::Event& e = h_.at(i);
  Json a = {{"event", i}, {"op", trace::op_name(e.op)}};
  if (const std::string what = object(e.addr, i); !what.empty()) a["object"] = what;
  if ((e.flags & protocol::kFlagValue) && e.size <= 8) a["value"] = explain::show_value(e.value, e.size, namer_);
  if ((e.flags & protocol::kFlagOld) && e.size <= 8) a["old value"] = explain::show_value(e.old, e.size, namer_);
  if (trace::is_read(e.op) || trace::is_write(e.op) || e.op == Op::kFence) a["order"] = trace::order_name(e.order);
  if (e.flags & protocol::kFlagStale) a["stale"] = true;
  const names::SourceFrame place = namer_.place(e.stack);
  if (!place.file.empty()) a["place"] = fmt::format("{}:{}", place.file, place.line);
  if (!place.function.empty()) a["function"] = place.function;
  if (const Step* s = step_of(i)) {
    a["step"] = s->n;
    if (!s->why.empty()) a["why"] = s->why;
    if (s->turning_point) a["turning point"] = true;
  }
  return a;
}

void Timeline::events() {
  for (Index i = 0; i < h_.size(); ++i) {
    const bool told = step_of(i) != nullptr;
    slice(track(h_.at(i).thread), {start_of(i), start_of(i) + kEventEnd, title(i), args(i)}, told ? "step" : "event",
          kBeginsInside);
  }
}

bool sleeps(const trace::Event& e) {
  return e.op == Op::kCondWait || e.op == Op::kCondTimedWait || (e.op == Op::kFutexWait && e.result == 0);
}

// A notified thread has no event for that: the next one is the lock of its mutex, which it may get much later. A
// futex's waker does not say whom it woke; the last one before the sleeper went on is taken.
void Timeline::find_sleeps() {
  std::vector<std::optional<Sleep>> asleep(e_.threads.size());
  for (Index i = 0; i < h_.size(); ++i) {
    const trace::Event& e = h_.at(i);
    if (auto& slept = asleep[e.thread]) {
      if (e.flags & (protocol::kFlagTimedOut | protocol::kFlagSpurious)) slept->waker = kNone;
      sleeps_.emplace(i, *slept);
      slept.reset();
    }
    if (sleeps(e)) asleep[e.thread] = Sleep{e.op, e.addr};
    const bool one = e.op == Op::kNotifyOne, all = e.op == Op::kNotifyAll,
               futex = e.op == Op::kFutexWake && e.result > 0;
    if (!one && !all && !futex) continue;
    for (std::uint16_t t = 0; t < e_.thread_count(); ++t) {
      auto& other = asleep[t];
      if (!other || other->on != e.addr || (one && e.other != t)) continue;
      if (futex || other->waker == kNone) other->waker = i;
    }
  }
}

// A thread that had to wait stood there since its last event: between two of its events it does nothing that others
// see.
void Timeline::waits() {
  std::vector<Index> last(e_.threads.size(), kNone);
  for (Index i = 0; i < h_.size(); ++i) {
    const trace::Event& e = h_.at(i);
    const Index before = last[e.thread];
    last[e.thread] = i;
    if (before == kNone) continue;
    Index from = before + 1;
    if (const auto slept = sleeps_.find(i); slept != sleeps_.end()) {
      const Index until = slept->second.waker == kNone || trace::is_wait(e.op) ? i : slept->second.waker + 1;
      slice(track(e.thread),
            {start_of(from), start_of(until), "sleeps on " + explain::quoted(object(slept->second.on, i)), nullptr},
            "blocked", kBegins);
      from = until;
    } else if (!(e.flags & protocol::kFlagWaited)) {
      continue;
    }
    const std::string what = e.op == Op::kThreadJoin ? "" : explain::quoted(object(e.addr, i));
    slice(track(e.thread), {start_of(from), start_of(i), wait_words(e.op) + what, nullptr}, "blocked", kBegins);
  }
  for (std::uint16_t t = 0; t < e_.thread_count(); ++t) {
    const trace::Thread& w = e_.threads[t];
    if (w.state != protocol::ThreadState::kBlocked) continue;
    const std::string what =
        w.wait_op == Op::kThreadJoin || w.wait_addr == 0 ? "" : explain::quoted(namer_.object(w.wait_addr));
    Json a;
    if (w.wait_holder != kNoThread) a["needs"] = namer_.thread(w.wait_holder);
    const names::SourceFrame place = namer_.place(w.stack);
    if (!place.file.empty()) a["place"] = fmt::format("{}:{}", place.file, place.line);
    const Time from = last[t] == kNone ? 0 : start_of(last[t] + 1);
    slice(track(t), {from, end_, wait_words(w.wait_op) + what + ", for ever", a}, "blocked", kBegins);
  }
}

// Locks that are let go of in the order in which brackets close lie round the events of the thread. The others get
// tracks of their own.
void Timeline::holds() {
  for (std::uint16_t t = 0; t < e_.thread_count(); ++t) {
    std::vector<std::vector<Time>> open;  // by track: the ends of what is open there, the outermost first
    for (const History::Hold& hold : h_.holds(t)) {
      const Time from = start_of(hold.acquired);
      const Time to = hold.released == kNone ? end_ : start_of(hold.released) + kHoldEnd;
      std::size_t lane = 0;
      for (; lane < kTracksPerThread; ++lane) {
        if (lane == open.size()) open.emplace_back();
        auto& ends = open[lane];
        while (!ends.empty() && ends.back() <= from) ends.pop_back();
        if (ends.empty() || to <= ends.back()) break;
      }
      if (lane == kTracksPerThread) continue;  // the events still show it
      open[lane].push_back(to);
      if (lane > 0) {
        extra_tracks_[track(t, static_cast<int>(lane))] = namer_.thread(t) + ", locks that do not nest";
      }
      const std::string name = explain::quoted(object(hold.lock, hold.acquired));
      slice(track(t, static_cast<int>(lane)), {from, to, hold_words(h_.at(hold.acquired).op) + name, nullptr}, "lock",
            kBegins);
    }
  }
}

void Timeline::flow(Index from, Index to, const char* name) {
  if (from == kNone || to == kNone || from >= to || h_.at(from).thread == h_.at(to).thread) return;
  const std::string id = fmt::format("{}.{}", process_, ++flows_);
  Json start = {{"name", name}, {"cat", "flow"}, {"ph", "s"}, {"id", id}, {"tid", track(h_.at(from).thread)}};
  Json finish = {{"name", name}, {"cat", "flow"}, {"ph", "f"},
                 {"bp", "e"},    {"id", id},      {"tid", track(h_.at(to).thread)}};
  add(start_of(from) + kMiddle, kPoints, 0, std::move(start));
  add(start_of(to) + kMiddle, kPoints, 0, std::move(finish));
}

void Timeline::flows() {
  std::unordered_map<std::uint64_t, Index> written, released, posted;  // the newest by address
  std::vector<Index> created(e_.threads.size(), kNone), last(e_.threads.size(), kNone);
  const auto newest = [](const auto& table, std::uint64_t addr) {
    const auto it = table.find(addr);
    return it == table.end() ? kNone : it->second;
  };
  for (Index i = 0; i < h_.size(); ++i) {
    const trace::Event& e = h_.at(i);
    if (last[e.thread] == kNone) flow(created[e.thread], i, "create");
    if (trace::is_read(e.op)) {
      // Of plain accesses only the order is recorded: without a race that tells.
      const bool plain = e.reads_from == kNone && e.op == Op::kPlainRead;
      flow(plain ? newest(written, e.addr) : e.reads_from, i, "reads from");
    }
    const bool worked = explain::succeeded(e);
    if (trace::is_acquire(e.op) && worked) flow(newest(released, e.addr), i, "unlock to lock");
    if (const auto slept = sleeps_.find(i); slept != sleeps_.end()) flow(slept->second.waker, i, "wakes");
    if ((e.op == Op::kSemWait || e.op == Op::kSemTimedWait) && worked && (e.flags & protocol::kFlagWaited)) {
      flow(newest(posted, e.addr), i, "wakes");
    }
    if (e.op == Op::kThreadJoin && e.other < last.size() && worked) flow(last[e.other], i, "end to join");

    if (trace::is_write(e.op) && worked) written[e.addr] = i;
    if (trace::is_release(e.op)) released[e.addr] = i;
    if (e.op == Op::kCondWait || e.op == Op::kCondTimedWait) released[e.aux] = i;
    if (e.op == Op::kSemPost) posted[e.addr] = i;
    if (e.op == Op::kThreadCreate && e.other < created.size()) created[e.other] = i;
    last[e.thread] = i;
  }
}

void Timeline::write(std::vector<std::string>& out) {
  for (const Step& s : f_.steps) {
    if (s.event != protocol::kNone) steps_.emplace(s.event, &s);
  }
  events();
  find_sleeps();
  waits();
  holds();
  flows();
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.at, a.rank, a.opposite) < std::tie(b.at, b.rank, b.opposite);
  });
  std::vector<Json> heads = {metadata("process_name", 0, {{"name", f_.summary}})};
  for (std::uint16_t t = 0; t < e_.thread_count(); ++t) {
    heads.push_back(metadata("thread_name", track(t), {{"name", namer_.thread(t)}}));
    heads.push_back(metadata("thread_sort_index", track(t), {{"sort_index", track(t)}}));
  }
  for (const auto& [id, name] : extra_tracks_) {
    heads.push_back(metadata("thread_name", id, {{"name", name}}));
    heads.push_back(metadata("thread_sort_index", id, {{"sort_index", id}}));
  }
  const auto dump = [&](const Json& j) { out.push_back(j.dump(-1, ' ', false, Json::error_handler_t::replace)); };
  for (const Json& j : heads) dump(j);
  for (const Entry& e : entries_) dump(e.json);
}

}  // namespace

std::string to_perfetto(const Report& r) {
  std::vector<std::string> events;
  int process = 0;
  bool truncated = false;
  for (const auto* list : {&r.bugs, &r.warnings}) {
    for (const Finding& f : *list) {
      if (!f.execution) continue;
      truncated |= f.execution->truncated;
      Timeline(f, ++process).write(events);
    }
  }
  Json about = {{"program", r.program},
                {"verdict", r.verdict},
                {"confidence", confidence(r)},
                {"time", "virtual: one microsecond for each event of the execution, in the order in which they ran"}};
  if (truncated) about["truncated"] = "the execution is longer than what is recorded: its end is missing";
  if (process == 0) {
    const std::string note = r.bugs.empty() ? "no bug was found, so there is no execution to show"
                                            : "the failing execution was not recorded, so there is none to show";
    about["note"] = note;
    // Viewers show the name of a process, but nothing of otherData.
    const Json name = {{"name", "process_name"}, {"ph", "M"}, {"pid", 1}, {"tid", 0}, {"args", {{"name", note}}}};
    events.push_back(name.dump());
  }
  std::string out = "{\"displayTimeUnit\": \"ns\",\n\"otherData\": ";
  out += about.dump(-1, ' ', false, Json::error_handler_t::replace);
  out += ",\n\"traceEvents\": [\n";
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0) out += ",\n";
    out += events[i];
  }
  return out + "\n]}\n";
}

}  // namespace lockstep::report
