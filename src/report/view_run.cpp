#include "report/view_run.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "explain/explain.h"
#include "explain/history.h"
#include "explain/library_call.h"
#include "names/namer.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using Json = nlohmann::ordered_json;
using explain::Index;
using explain::kNone;
using protocol::kNoThread;
using protocol::Op;

// How the page finds the event that comes before another: see view.h.
enum How { kNoEdge, kReadsFrom, kHappensBefore };

// What happens before each event by other means than its own thread's order: the nearest such event.
class Edges {
 public:
  explicit Edges(const trace::Execution& e) : e_(e), last_of_(e.threads.size(), kNone) {}

  /// Call for each event in order.
  std::pair<Index, How> into(Index i) {
    const trace::Event& event = e_.events[i];
    std::pair<Index, How> from = {kNone, kNoEdge};
    const bool first = last_of_[event.thread] == kNone;
    last_of_[event.thread] = i;
    if (first && event.thread != 0 && e_.threads[event.thread].create_event < i) {
      from = {e_.threads[event.thread].create_event, kHappensBefore};
    }
    if (trace::is_read(event.op) && event.op != Op::kPlainRead && event.reads_from != kNone && event.reads_from < i &&
        e_.events[event.reads_from].thread != event.thread) {
      from = {event.reads_from, kReadsFrom};
    } else if (trace::is_acquire(event.op) && explain::succeeded(event)) {
      // A reader comes after the writer before it, not after other readers.
      from = nearest(reads(event.op) ? given_up_by_writers_ : given_up_, event, from);
      if (reads(event.op)) readers_.insert({event.thread, event.addr});
    } else if (event.op == Op::kThreadJoin && event.other < last_of_.size() && last_of_[event.other] != kNone) {
      from = {last_of_[event.other], kHappensBefore};
    } else if (event.op == Op::kCondWake || event.op == Op::kFutexWoken) {
      const bool woken = !(event.flags & (protocol::kFlagTimedOut | protocol::kFlagSpurious));
      if (woken) from = nearest(notified_, event, from);
    }
    if (trace::is_release(event.op)) give_up(event.thread, event.addr, i);
    if (event.op == Op::kCondWait || event.op == Op::kCondTimedWait) give_up(event.thread, event.aux, i);
    if (trace::is_notify(event.op)) notified_[event.addr] = i;
    return from;
  }

 private:
  using Latest = std::unordered_map<std::uint64_t, Index>;
  static bool reads(Op op) { return op == Op::kReadLock || op == Op::kTryReadLock || op == Op::kTimedReadLock; }
  void give_up(std::uint16_t thread, std::uint64_t lock, Index i) {
    given_up_[lock] = i;
    if (readers_.erase({thread, lock}) == 0) given_up_by_writers_[lock] = i;
  }
  std::pair<Index, How> nearest(const Latest& latest, const trace::Event& event, std::pair<Index, How> otherwise) {
    const auto found = latest.find(event.addr);
    if (found == latest.end() || e_.events[found->second].thread == event.thread) return otherwise;
    return {found->second, kHappensBefore};
  }

  const trace::Execution& e_;
  std::vector<Index> last_of_;
  Latest given_up_, given_up_by_writers_, notified_;
  std::set<std::pair<std::uint16_t, std::uint64_t>> readers_;
};

// Texts that come again and again, by number.
class Table {
 public:
  int number(const Json& entry) {
    const auto [it, fresh] = numbers_.try_emplace(entry.dump(-1, ' ', false, Json::error_handler_t::replace), size_);
    if (fresh) {
      entries_.push_back(entry);
      ++size_;
    }
    return it->second;
  }
  Json take() { return std::move(entries_); }

 private:
  std::unordered_map<std::string, int> numbers_;
  Json entries_ = Json::array();
  int size_ = 0;
};

// The shape of a node on the timeline.
std::string_view mark_of(const trace::Event& e) {
  if (trace::is_acquire(e.op)) return explain::succeeded(e) ? "lock" : "read";
  if (trace::is_release(e.op)) return "unlock";
  if (trace::is_notify(e.op)) return "notify";
  if (e.op == Op::kCondWake || e.op == Op::kFutexWoken) return "other";
  if (trace::is_wait(e.op) || e.op == Op::kSleep) return "sleep";
  if (trace::is_write(e.op)) return "write";
  if (trace::is_read(e.op)) return "read";
  return "other";
}

class RunView {
 public:
  RunView(const trace::Execution& recorded, PlacesShown& places)
      : namer_(recorded),
        e_(explain::with_objects_of_calls(recorded, namer_)),
        places_(places),
        count_(static_cast<int>(e_.events.size())) {}

  Json run(const std::vector<explain::Step>& steps);

 private:
  struct Hold {
    std::uint16_t thread = 0;
    int object = -1, first = 0, end = 0;
  };

  void add_event(Index i, std::pair<Index, How> from);
  void follow_locks(Index i, int object);
  void add_blocked(std::uint16_t thread);
  void add_rows(const std::vector<explain::Step>& steps);
  void add_pair();
  void add_wait(std::uint16_t thread, std::uint64_t addr, Op op, int object, int end, bool never, std::uint16_t holder);
  void release(std::uint16_t thread, std::uint64_t addr, int at);
  // The thread's last operation is the one it is blocked in, so it has not been done. Of a thread that waits for itself
  // it may be the one by which it did get the lock. Ask before the event is followed.
  bool pending(Index i) const {
    const trace::Event& event = e_.events[i];
    const trace::Thread& t = e_.threads[event.thread];
    if (last_[event.thread] != i || t.state != protocol::ThreadState::kBlocked || t.wait_addr != event.addr ||
        t.wait_op != event.op) {
      return false;
    }
    const auto own = open_.find({event.thread, event.addr});
    return t.wait_holder != event.thread || (own != open_.end() && !own->second.empty());
  }
  // Threads that do not run at the end are blocked for ever if that is the bug; otherwise the execution just ended
  // then.
  bool for_ever() const {
    using protocol::Kind;
    return e_.bug &&
           (e_.bug->kind == Kind::kDeadlock || e_.bug->kind == Kind::kLivelock || e_.bug->kind == Kind::kStarvation);
  }
  int object(const std::string& name) { return name.empty() ? -1 : objects_.number(name); }
  int place(const names::SourceFrame& frame) {
    if (frame.library || frame.file.empty()) return -1;
    places_.show(frame.file, frame.full_path, frame.line);
    return spots_.number({frame.file, frame.line});
  }

  names::Namer namer_;
  const trace::Execution e_;
  PlacesShown& places_;
  const int count_;
  Table objects_, texts_, spots_;
  Json events_ = Json::array(), waits_ = Json::array(), rows_ = Json::array(), pair_;
  std::vector<Index> last_;  // of each thread
  std::vector<int> before_;  // each thread's event before the present one; at first the one that made it
  std::vector<Hold> holds_;  // of locks
  std::map<std::pair<std::uint16_t, std::uint64_t>, std::vector<std::size_t>> open_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> holds_of_;
};

void RunView::add_event(Index i, std::pair<Index, How> from) {
  const trace::Event& event = e_.events[i];
  const std::string name = event.addr == 0 || event.op == Op::kThreadCreate ? "" : namer_.object(event.addr, i);
  const int number = object(name);
  Json value;
  const bool access = trace::is_read(event.op) || trace::is_write(event.op);
  if (access && (event.flags & protocol::kFlagValue) && event.size <= 8 && !namer_.internal(event.addr, i)) {
    const std::string shown = explain::show_value(event.value, event.size, namer_);
    // A pointer to nothing that has a name tells a reader nothing.
    if (event.size < 8 || !shown.starts_with("0x")) value = shown;
  }
  const bool known = from.first != kNone && !pending(i);
  const bool old = event.flags & (protocol::kFlagStale | protocol::kFlagMoNotLast);
  events_.push_back({event.thread, texts_.number(explain::describe(event, name, namer_)), number, std::move(value),
                     place(namer_.place(event.stack)), known ? static_cast<int>(from.first) : -1,
                     known ? from.second : kNoEdge, mark_of(event), old ? 1 : 0});
  follow_locks(i, number);
  before_[event.thread] = static_cast<int>(i);
}

void RunView::follow_locks(Index i, int number) {
  const trace::Event& event = e_.events[i];
  const int at = static_cast<int>(i);
  if (pending(i)) return;
  if (event.flags & protocol::kFlagWaited) {
    add_wait(event.thread, event.addr, event.op, number, at, false,
             event.op == Op::kThreadJoin ? event.other : kNoThread);
  }
  if (trace::is_acquire(event.op) && explain::succeeded(event)) {
    open_[{event.thread, event.addr}].push_back(holds_.size());
    holds_of_[event.addr].push_back(holds_.size());
    holds_.push_back({event.thread, number, at, count_});
  } else if (trace::is_release(event.op)) {
    release(event.thread, event.addr, at);
  } else if (event.op == Op::kCondWait || event.op == Op::kCondTimedWait) {
    release(event.thread, event.aux, at);
  }
}

void RunView::release(std::uint16_t thread, std::uint64_t addr, int at) {
  auto& open = open_[{thread, addr}];
  if (open.empty()) return;
  holds_[open.back()].end = at;
  open.pop_back();
}

// A thread does what it does next as soon as nothing is in its way. So it has waited since its event before; for a
// lock, since somebody else held it.
void RunView::add_wait(std::uint16_t thread, std::uint64_t addr, Op op, int number, int end, bool never,
                       std::uint16_t holder) {
  int first = std::min(before_[thread], end);
  const bool lock = trace::is_acquire(op);
  if (lock) {
    int taken = -1;
    const auto& all = holds_of_[addr];
    for (auto it = all.rbegin(); it != all.rend() && holds_[*it].end > first; ++it) {
      if (holds_[*it].thread != thread && holds_[*it].first < end) taken = holds_[*it].first;
    }
    first = std::max(first, taken);
  }
  waits_.push_back({thread, number, first, end, never ? 1 : 0, holder == kNoThread ? -1 : static_cast<int>(holder),
                    lock                    ? "lock"
                    : op == Op::kThreadJoin ? "join"
                                            : "sleep"});
}

void RunView::add_blocked(std::uint16_t thread) {
  const trace::Thread& t = e_.threads[thread];
  const bool named = t.wait_op != Op::kThreadJoin && t.wait_addr != 0;
  add_wait(thread, t.wait_addr, t.wait_op, named ? object(namer_.object(t.wait_addr)) : -1, count_, for_ever(),
           t.wait_holder);
  place(namer_.place(t.stack));
}

void RunView::add_rows(const std::vector<explain::Step>& steps) {
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const explain::Step& s = steps[k];
    const bool event = s.event != kNone;
    // What is no event stands before the next one that is.
    int at = count_ - 1;
    for (std::size_t next = k; next < steps.size(); ++next) {
      if (steps[next].event == kNone) continue;
      at = static_cast<int>(steps[next].event) - (next == k ? 0 : 1);
      break;
    }
    std::uint16_t thread = 0;
    if (event) {
      thread = e_.events[s.event].thread;
    } else {
      while (thread + 1u < e_.threads.size() && namer_.thread(thread) != s.thread) ++thread;
    }
    const trace::Thread& t = e_.threads[thread];
    const bool blocked =
        !event && for_ever() && t.state == protocol::ThreadState::kBlocked && s.op == trace::op_name(t.wait_op);
    const bool memory = s.op == trace::op_name(Op::kAlloc) || s.op == trace::op_name(Op::kFree);
    const std::string file = names::is_library_file(s.file) ? "" : s.file;
    if (!file.empty()) places_.show(file, "", s.line);
    Json row;
    row["n"] = s.n;
    row["event"] = event ? static_cast<int>(s.event) : -1;
    row["at"] = std::max(at, 0);
    row["thread"] = thread;
    row["text"] = s.action;
    row["why"] = s.why;
    row["turn"] = s.turning_point;
    row["repeats"] = s.repeats;
    row["folded"] = s.folded;
    row["file"] = file;
    row["line"] = s.line;
    row["mark"] = event ? mark_of(e_.events[s.event]) : blocked ? "blocked" : memory ? "other" : "fail";
    rows_.push_back(std::move(row));
  }
}

// Both accesses of a race: what nothing orders.
void RunView::add_pair() {
  if (!e_.bug || e_.bug->kind != protocol::Kind::kDataRace) return;
  const Index a = e_.bug->event, b = e_.bug->other_event;
  if (a < e_.events.size() && b < e_.events.size() && a != b) pair_ = {std::min(a, b), std::max(a, b)};
}

Json RunView::run(const std::vector<explain::Step>& steps) {
  Json out, threads = Json::array(), locks = Json::array();
  const auto count = e_.thread_count();
  for (std::uint16_t t = 0; t < count; ++t) {
    threads.push_back(namer_.thread(t));
    const Index made = e_.threads[t].create_event;
    before_.push_back(made < e_.events.size() ? static_cast<int>(made) : 0);
  }
  last_.assign(e_.threads.size(), kNone);
  for (Index i = 0; i < e_.events.size(); ++i) last_[e_.events[i].thread] = i;
  Edges edges(e_);
  for (Index i = 0; i < e_.events.size(); ++i) add_event(i, edges.into(i));
  for (std::uint16_t t = 0; t < count; ++t) {
    if (e_.threads[t].state == protocol::ThreadState::kBlocked) add_blocked(t);
  }
  for (const Hold& hold : holds_) locks.push_back({hold.thread, hold.object, hold.first, hold.end});
  add_rows(steps);
  add_pair();
  out["threads"] = std::move(threads);
  out["objects"] = objects_.take();
  out["texts"] = texts_.take();
  out["places"] = spots_.take();
  out["events"] = std::move(events_);
  out["locks"] = std::move(locks);
  out["waits"] = std::move(waits_);
  out["rows"] = std::move(rows_);
  out["unordered"] = std::move(pair_);
  return out;
}

}  // namespace

Json run_view(const trace::Execution& recorded, const std::vector<explain::Step>& steps, PlacesShown& places) {
  return RunView(recorded, places).run(steps);
}

}  // namespace lockstep::report
