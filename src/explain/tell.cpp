#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "explain/explain.h"
#include "explain/library_call.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Kind;
using protocol::kNoThread;
using protocol::Op;

constexpr std::size_t kMaxSteps = 12;  // about what a reader follows; locks and early accesses give way first

class Story {
 public:
  Story(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer)
      : h_(h), bug_(bug), d_(d), namer_(namer) {}

  std::vector<Step> tell(bool everything) {
    everything_ = everything;
    if (everything) {
      choose_everything();
    } else {
      choose();
      shorten();
    }
    for (const auto& [i, importance] : chosen_) {
      add_block_steps(i);
      add_event(i);
    }
    add_block_steps(h_.size());
    add_end();
    return std::move(steps_);
  }

 private:
  // How much a step matters: the least important ones are left out when there are too many.
  enum Importance { kContext = 1, kLocks = 2, kAccess = 3, kKey = 4 };

  void pick(Index i, int importance) {
    if (i == kNone || i >= h_.size()) return;
    // The library's own business explains nothing, unless it is what failed.
    const bool failure = bug_.kind == Kind::kUncaughtException || bug_.kind == Kind::kAssertion ||
                         bug_.kind == Kind::kCrash || bug_.kind == Kind::kExitStatus;
    const bool may_go = importance < kKey || (failure && i == bug_.event);
    const trace::Event& e = h_.at(i);
    if (may_go && e.addr != 0 && namer_.internal(e.addr, i)) return;
    if (may_go && (trace::is_read(e.op) || trace::is_write(e.op)) && namer_.place(e.stack).library &&
        e.stack.count > 0) {
      return;
    }
    int& slot = chosen_[i];
    slot = std::max(slot, importance);
  }
  void pick_accesses(std::uint64_t addr, Index from, Index to, int importance) {
    for (const Index i : h_.accesses(addr)) {
      if (i >= from && (to == kNone || i <= to)) pick(i, importance);
    }
  }
  void pick_locks_round(Index i) {
    if (i == kNone) return;
    for (const History::Hold& hold : h_.held_during(i)) {
      pick(hold.acquired, kLocks);
      if (hold.released != kNone) pick(hold.released, kLocks);
    }
  }
  void choose();
  void choose_everything();
  void choose_deadlock();
  void choose_cycle();
  void shorten();
  void drop_repeats();

  void add_event(Index i);
  void add_block_steps(Index before);
  bool told_at_end(Index i);
  std::string locks_held(Index i);
  void add_end();
  void add_waiting();
  std::string why(Index i);
  std::string old_source(const trace::Event& e);
  std::string started_in_call(Index i, const LibraryCall& call) {
    for (Index n = i; n < h_.size(); ++n) {
      const trace::Event& e = h_.at(n);
      if (e.thread != h_.at(i).thread) continue;
      if (library_call(h_.execution(), e.stack, namer_) != call) break;
      if (e.op == Op::kThreadCreate && e.other != kNoThread) return name(e.other);
    }
    return "a thread";
  }
  std::string who_holds(std::uint64_t lock, std::uint16_t holder, std::uint16_t waiter);
  std::string fold(Index from, Index to);
  Step& append(std::uint16_t thread, std::string_view op, const names::SourceFrame& place);

  const trace::Thread& thread(std::uint16_t t) const { return h_.execution().threads[t]; }
  std::string name(std::uint16_t t) { return namer_.thread(t); }
  std::string step_of(Index i) {
    const auto it = numbers_.find(i);
    return it == numbers_.end() ? "" : fmt::format(" (step {})", it->second);
  }

  const History& h_;
  const trace::Bug& bug_;
  const Diagnosis& d_;
  names::Namer& namer_;
  std::map<Index, int> chosen_;
  std::map<Index, int> numbers_;
  std::vector<Step> steps_;
  bool everything_ = false;
  Index told_up_to_ = 0;
  Index last_access_ = kNone;             // that the last step tells of
  std::optional<LibraryCall> last_call_;  // that the last step tells of
  bool allocation_told_ = false, free_told_ = false;
};

void Story::choose_deadlock() {
  std::set<std::uint64_t> wanted(d_.objects.begin(), d_.objects.end());
  for (const std::uint16_t t : d_.waiting) {
    for (const History::Hold& hold : h_.held_at_end(t)) pick(hold.acquired, wanted.count(hold.lock) ? kKey : kContext);
    if (thread(t).wait_mutex != 0) wanted.insert(thread(t).wait_mutex);
  }
  for (const trace::Held& held : h_.execution().held) {
    if (wanted.count(held.addr)) pick(held.event, kKey);
  }
  if (d_.pattern == "leaked-lock") pick(d_.first, kKey);
  if (d_.pattern == "blocked-loop") {
    // How the loop came to the job that waits, and the job that is left.
    pick(d_.turn, kKey);
    for (const Index i : h_.accesses(d_.objects[0])) {
      if (trace::is_write(h_.at(i).op)) pick(i, kAccess);
    }
    return;
  }
  if (d_.pattern != "lost-wakeup" && d_.pattern != "nested-monitor" && d_.pattern != "none") return;
  // Everything that happened on what they sleep on, and on the data that the predicate is about: what the sleeper
  // read shortly before it went to sleep.
  for (Index i = 0; i < h_.size(); ++i) {
    const trace::Event& e = h_.at(i);
    if (!wanted.count(e.addr)) continue;
    if (trace::is_notify(e.op) || trace::is_wait(e.op)) pick(i, kAccess);
  }
  pick(d_.turn, kKey);
  for (const Diagnosis::Sleep& s : d_.sleeps) {
    if (s.thread == d_.waiting[0]) pick(s.woken_by, kKey);
    if (s.thread == d_.waiting[0] && s.woken_by != kNone) {
      for (Index i = s.woken_by; i < h_.size(); ++i) {
        const trace::Event& e = h_.at(i);
        const bool wakes = e.op == Op::kCondWake || (trace::is_acquire(e.op) && e.addr == thread(s.thread).wait_mutex);
        if (e.thread != s.thread || !wakes) continue;
        pick(i, kKey);
        break;
      }
    }
  }
  for (const std::uint16_t t : d_.waiting) {
    const Index slept = h_.last(t, h_.size(), [&](const trace::Event& e) { return trace::is_wait(e.op); });
    pick(slept, kKey);
    if (slept == kNone) continue;
    std::set<std::uint64_t> predicate;
    int looked_back = 0;
    for (Index i = slept; i-- > 0 && predicate.size() < 2 && looked_back < 12;) {
      const trace::Event& e = h_.at(i);
      if (e.thread != t) continue;
      if (trace::is_wait(e.op)) break;
      ++looked_back;
      if (trace::is_read(e.op) && h_.is_shared(e.addr) && predicate.insert(e.addr).second) pick(i, kAccess);
    }
    for (const std::uint64_t addr : predicate) {
      for (const Index i : h_.accesses(addr)) {
        if (trace::is_write(h_.at(i).op) && h_.at(i).thread != t) pick(i, kAccess);
      }
    }
  }
}

// The whole round, shortened to what touches the objects in question, and what led to it.
void Story::choose_cycle() {
  const auto wanted = [&](Index i) {
    return std::find(d_.objects.begin(), d_.objects.end(), h_.at(i).addr) != d_.objects.end();
  };
  constexpr std::size_t kWholeRound = 20;
  const bool whole = h_.size() - bug_.cycle_event <= kWholeRound;
  for (Index i = bug_.cycle_event; i < h_.size(); ++i) {
    if (!whole && !wanted(i) && h_.at(i).thread != bug_.thread) continue;
    pick(i, whole && !wanted(i) ? kAccess : kKey);
  }
  int room = 4;
  for (Index i = bug_.cycle_event; i-- > 0 && room > 0;) {
    if (!wanted(i)) continue;
    pick(i, kContext);
    --room;
  }
}

// What the program does, not what the library does for it.
void Story::choose_everything() {
  for (Index i = 0; i < h_.size(); ++i) {
    const Op op = h_.at(i).op;
    const bool no_step = op == Op::kThreadStart || op == Op::kThreadEnd || op == Op::kAlloc || op == Op::kFree ||
                         (op == Op::kExit && h_.at(i).result == 0);
    if (!no_step) pick(i, kAccess);
  }
}

void Story::choose() {
  if (bug_.cycle_event != kNone) {
    choose_cycle();
    return;
  }
  if (bug_.kind == Kind::kDeadlock) {
    choose_deadlock();
    return;
  }
  for (const Index i : {d_.first, d_.turn, d_.second, bug_.event, bug_.other_event}) pick(i, kKey);
  for (const Index i : {d_.first, d_.turn, d_.second}) pick_locks_round(i);
  if (d_.pattern == "sleep-polling" && d_.waiting.size() == 2) pick(thread(d_.waiting[1]).create_event, kAccess);
  if (bug_.kind == Kind::kLockMisuse) {
    for (const trace::Held& held : h_.execution().held) {
      if (held.addr == bug_.addr) pick(held.event, kKey);
    }
  }
  if (bug_.kind == Kind::kDataRace) {
    for (const std::uint64_t addr : d_.objects) pick_accesses(addr, 0, d_.second, kAccess);
    if (d_.turn != kNone) pick(h_.at(d_.turn).reads_from, kKey);
    return;
  }
  if (bug_.kind == Kind::kUseAfterFree || bug_.kind == Kind::kDoubleFree || bug_.kind == Kind::kLeak) {
    const trace::HeapBlock* block = namer_.block(bug_.addr);
    for (Index i = 0; i < h_.size() && block; ++i) {
      if (h_.at(i).addr - block->addr >= std::max<std::uint64_t>(block->size, 1)) continue;
      const bool ends = h_.at(i).op == Op::kAlloc || h_.at(i).op == Op::kFree;
      pick(i, ends ? kKey : kContext);
    }
    return;
  }
  for (const std::uint64_t addr : d_.objects) {
    pick_accesses(addr, 0, kNone, kAccess);
    // Locks and other objects that are not memory have operations of their own.
    for (Index i = 0; i < h_.size(); ++i) {
      if (h_.at(i).addr == addr && !trace::is_read(h_.at(i).op) && !trace::is_write(h_.at(i).op)) pick(i, kAccess);
    }
  }
  if (d_.pattern == "missing-fence") {
    // The stale value came by way of other objects: what the reader read and the writer wrote last.
    for (Index i = 0; i < h_.size(); ++i) {
      const trace::Event& e = h_.at(i);
      if (e.op == Op::kFence ||
          ((e.op == Op::kLoad || e.op == Op::kStore || e.op == Op::kRmw) && h_.is_shared(e.addr))) {
        pick(i, kContext);
      }
    }
  }
  if (bug_.kind == Kind::kLockMisuse || chosen_.size() < 3) {
    // Little is known: the failing thread's last steps, and what others did to the same objects.
    int room = 6;
    for (Index i = h_.size(); i-- > 0 && room > 0;) {
      const trace::Event& e = h_.at(i);
      if (e.thread == bug_.thread && e.op != Op::kAlloc && e.op != Op::kFree && e.op != Op::kExit &&
          !namer_.place(e.stack).library) {
        pick(i, kContext);
        --room;
      }
    }
  }
}

// A read of the same value at the same place as the next step says nothing new.
void Story::drop_repeats() {
  for (auto it = chosen_.begin(); it != chosen_.end();) {
    const auto next = std::next(it);
    if (next == chosen_.end()) break;
    const trace::Event &a = h_.at(it->first), &b = h_.at(next->first);
    const bool same = a.thread == b.thread && a.addr == b.addr && a.op == b.op && trace::is_read(a.op) &&
                      !trace::is_write(a.op) && h_.value(it->first) == h_.value(next->first) &&
                      namer_.place(a.stack).line == namer_.place(b.stack).line;
    it = same && it->second < kKey ? chosen_.erase(it) : next;
  }
}

void Story::shorten() {
  // What main does before there is another thread is known to all.
  Index second_thread = 0;
  while (second_thread < h_.size() && h_.at(second_thread).thread == 0 &&
         h_.at(second_thread).op != Op::kThreadCreate) {
    ++second_thread;
  }
  if (second_thread < h_.size()) {
    for (auto it = chosen_.begin(); it != chosen_.end() && it->first < second_thread;) {
      it = it->second < kKey ? chosen_.erase(it) : std::next(it);
    }
  }
  // A round is told as a whole, once; of a long one what says least goes: unlocks, then reads that change nothing.
  if (bug_.cycle_event != kNone) {
    const std::size_t waits = bug_.kind == Kind::kStarvation ? 1 : 0;
    const auto drop = [&](auto&& dull) {
      for (auto it = chosen_.begin(); it != chosen_.end() && chosen_.size() + waits > kMaxSteps;) {
        it = dull(h_.at(it->first), it->second) ? chosen_.erase(it) : std::next(it);
      }
    };
    drop([](const trace::Event&, int importance) { return importance == kContext; });
    drop([](const trace::Event& e, int) { return e.op == Op::kYield || e.op == Op::kSleep; });
    drop([](const trace::Event&, int importance) { return importance == kAccess; });
    drop([](const trace::Event& e, int) { return trace::is_release(e.op); });
    drop([](const trace::Event& e, int) { return trace::is_read(e.op) && !trace::is_write(e.op) && succeeded(e); });
    drop([](const trace::Event& e, int) { return trace::is_acquire(e.op) && succeeded(e); });
    return;
  }
  // What is told at the end besides has its place among them.
  std::size_t at_end = bug_.kind == Kind::kDataRace || bug_.kind == Kind::kNone ? 0 : 1;
  if (bug_.kind == Kind::kDeadlock) {
    at_end = static_cast<std::size_t>(
        std::count_if(h_.execution().threads.begin(), h_.execution().threads.end(),
                      [](const trace::Thread& t) { return t.state == protocol::ThreadState::kBlocked; }));
  }
  constexpr std::size_t kFewest = 5;
  const std::size_t room = std::max(kFewest, kMaxSteps - std::min(at_end, kMaxSteps));
  for (const int least : {kContext, kLocks, kAccess}) {
    // The earliest of the least important ones go first.
    for (auto it = chosen_.begin(); it != chosen_.end() && chosen_.size() > room;) {
      it = it->second == least ? chosen_.erase(it) : std::next(it);
    }
  }
  drop_repeats();
  // A lock without its unlock, or the reverse, says nothing where the story is not about locks.
  if (bug_.kind == Kind::kDeadlock || bug_.kind == Kind::kLockMisuse) return;
  std::set<Index> halves;
  for (const auto& entry : chosen_) {
    const Index i = entry.first;
    if (entry.second == kLocks && trace::is_release(h_.at(i).op)) {
      const Index acquired = h_.last(h_.at(i).thread, i, [&](const trace::Event& e) {
        return e.addr == h_.at(i).addr && trace::is_acquire(e.op);
      });
      if (!chosen_.count(acquired)) halves.insert(i);
    }
  }
  for (const Index i : halves) chosen_.erase(i);
}

std::string Story::fold(Index from, Index to) {
  std::vector<std::pair<std::uint16_t, int>> left_out;
  int steps = 0;
  std::optional<LibraryCall> call;
  for (Index i = from; i < to; ++i) {
    const trace::Event& e = h_.at(i);
    // Threads that come and go, memory, and what the library does for itself are no steps to anybody.
    if (e.op == Op::kThreadStart || e.op == Op::kThreadEnd || e.op == Op::kThreadCreate || e.op == Op::kAlloc ||
        e.op == Op::kFree || (chosen_.count(i) && told_at_end(i)) || (e.addr != 0 && namer_.internal(e.addr, i))) {
      continue;
    }
    // A call of the library is one step.
    const auto now = any_library_call(h_.execution(), e.stack, namer_);
    const bool same_call = now && now == call && !left_out.empty() && left_out.back().first == e.thread;
    call = now;
    if (now && (now->function.starts_with("std::thread::") || now->function.starts_with("std::jthread::"))) continue;
    if (same_call || (now && now == last_call_ && steps == 0)) continue;
    ++steps;
    const auto it = std::find_if(left_out.begin(), left_out.end(), [&](auto& p) { return p.first == e.thread; });
    if (it == left_out.end()) {
      left_out.emplace_back(e.thread, 1);
    } else {
      ++it->second;
    }
  }
  if (steps < 2) return {};  // a line for less than its length
  if (left_out.size() > 3) {
    return fmt::format("{} steps of {} threads", steps, left_out.size());
  }
  std::string text;
  for (const auto& [t, count] : left_out) {
    text += fmt::format("{}{} {} step{}", text.empty() ? "" : ", ", name(t), count, count == 1 ? "" : "s");
  }
  return text;
}

Step& Story::append(std::uint16_t t, std::string_view op, const names::SourceFrame& place) {
  Step& s = steps_.emplace_back();
  s.n = static_cast<int>(steps_.size());
  s.thread = name(t);
  s.op = op;
  s.file = place.file;
  s.line = place.line;
  s.function = place.function;
  return s;
}

std::string Story::who_holds(std::uint64_t lock, std::uint16_t holder, std::uint16_t waiter) {
  const auto own = h_.held_at_end(holder);
  const bool shared = std::any_of(own.begin(), own.end(), [&](const History::Hold& hold) {
    return hold.lock == lock && h_.at(hold.acquired).op == Op::kReadLock;
  });
  std::string text = holder == waiter ? (shared ? "it holds it itself, for reading" : "it holds it itself")
                                      : name(holder) + " holds it";
  for (const History::Hold& hold : h_.held_at_end(holder)) {
    if (hold.lock == lock) return text + step_of(hold.acquired);
  }
  return text;
}

std::string Story::old_source(const trace::Event& e) {
  if (e.reads_from == kNone) return ", the initial value";
  const std::uint16_t writer = h_.at(e.reads_from).thread;
  return fmt::format(" of {}{}", writer == e.thread ? "its own" : name(writer), step_of(e.reads_from));
}

std::string Story::why(Index i) {
  const trace::Event& e = h_.at(i);
  if (i == d_.turn && d_.first != kNone) {
    const std::string other = name(h_.at(d_.first).thread);
    if (d_.turn < d_.first && d_.pattern == "torn-access") {
      return fmt::format("{} sees this, and not yet what belongs to it", other);
    }
    if (d_.turn < d_.first && d_.pattern != "aba" && bug_.kind != Kind::kDataRace) {
      return fmt::format("{} does not see this yet when it reads", other);
    }
    if (d_.pattern == "aba") return fmt::format("the value that {} loaded is there again", other);
    if (d_.pattern == "read-modify-write") return fmt::format("here what {} has read goes stale", other);
    if (d_.pattern == "check-then-act" || d_.pattern == "lazy-init" || d_.pattern == "time-of-check-to-time-of-use") {
      return fmt::format("here {}'s check goes stale", other);
    }
  }
  if (i == d_.turn && d_.pattern == "blocked-loop") {
    return fmt::format("{} alone could take this out", name(d_.waiting[0]));
  }
  if (i == d_.turn && d_.pattern == "forgotten-await") return "nobody asks the future for its result";
  if (i == d_.turn && d_.pattern == "sleep-polling") return "this orders nothing";
  if (i == d_.turn && d_.pattern == "lock-across-io")
    return fmt::format("{} stays locked meanwhile", quoted(namer_.object(d_.objects[0])));
  if (d_.pattern == "torn-access" && i == d_.turn) {
    return fmt::format("here {}'s two reads come to disagree", name(h_.at(d_.first).thread));
  }
  if (d_.pattern == "torn-access" && i == d_.second) {
    return d_.turn < d_.first ? "still the part from before" : "the part from after, which does not go with the other";
  }
  for (const Diagnosis::Sleep& s : d_.sleeps) {
    if (i == s.undone) return fmt::format("undoes what {} waits for, before it looks", name(s.thread));
    if (i == s.merged && i == d_.turn) return "it is that already: two signals become one";
  }
  if (bug_.kind == Kind::kDeadlock && i == d_.turn && trace::is_write(e.op)) return "nobody is woken";
  if (i == d_.second && d_.first != kNone && d_.turn != kNone && bug_.kind != Kind::kDataRace) {
    if (d_.pattern == "read-modify-write") {
      return fmt::format("overwrites {}'s value{}", name(h_.at(d_.turn).thread), step_of(d_.turn));
    }
    if (d_.pattern == "aba") return "succeeds, though the object changed in between";
    if (d_.pattern == "check-then-act" || d_.pattern == "lazy-init") {
      return fmt::format("acts on the check{}, which does not hold any more", step_of(d_.first));
    }
  }
  if (bug_.kind == Kind::kDataRace && i == d_.second && d_.first != kNone && !races_with_free(h_, bug_, d_, namer_)) {
    return fmt::format("nothing orders this after {}'s {}{}; {}", name(h_.at(d_.first).thread),
                       trace::is_write(h_.at(d_.first).op) ? "write" : "read", step_of(d_.first), locks_held(i));
  }
  if (bug_.kind == Kind::kDataRace && i == d_.first) return locks_held(i);
  if (trace::is_read(e.op) && (e.flags & protocol::kFlagStale)) {
    Index newer = kNone;
    for (const Index w : h_.accesses(e.addr)) {
      if (w < i && w != e.reads_from && trace::is_write(h_.at(w).op) && h_.at(w).thread != e.thread) newer = w;
    }
    const std::string value = (h_.value(i) ? " " + show_value(*h_.value(i), e.size, namer_) : " an old value") +
                              (everything_ ? old_source(e) : "");
    if (newer == kNone) return fmt::format("may still read{}", value);
    return fmt::format("may still read{}: nothing orders {}'s {}{} before this", value, name(h_.at(newer).thread),
                       h_.at(newer).op == Op::kStore ? "store" : "write", step_of(newer));
  }
  if (trace::is_read(e.op)) {
    if (e.reads_from != kNone && h_.at(e.reads_from).thread != e.thread && e.reads_from < i) {
      return fmt::format("{} wrote that{}", name(h_.at(e.reads_from).thread), step_of(e.reads_from));
    }
    if (!everything_ || e.op == Op::kPlainRead) return {};
    return e.reads_from == kNone ? "the initial value" : fmt::format("its own write{}", step_of(e.reads_from));
  }
  if (trace::is_acquire(e.op)) {
    if (!succeeded(e)) return (e.flags & protocol::kFlagTimedOut) ? "the deadline passed" : "it is held";
    std::string text;
    if (e.flags & protocol::kFlagWaited) text = "after it had waited for it";
    std::vector<std::string> held;
    for (const History::Hold& hold : h_.held_during(i)) held.push_back(namer_.object(hold.lock, i));
    if (!held.empty()) text += fmt::format("{}holds {} too", text.empty() ? "" : "; ", join_names(held));
    return text;
  }
  switch (e.op) {
    case Op::kCondWait:
    case Op::kCondTimedWait:
      return e.aux != 0 ? fmt::format("gives up {} and sleeps until it is notified", quoted(namer_.object(e.aux, i)))
                        : "sleeps until it is notified";
    case Op::kCondWake:
    case Op::kFutexWoken: {
      if (e.flags & protocol::kFlagTimedOut) return "the deadline passed";
      if (e.flags & protocol::kFlagSpurious) return "without a notification (a spurious wakeup)";
      for (Index n = i; n-- > 0;) {
        const trace::Event& notify = h_.at(n);
        if (notify.addr != e.addr || !trace::is_notify(notify.op)) continue;
        if (notify.op == Op::kNotifyOne && notify.other != e.thread) continue;
        return fmt::format("{} woke it{}", name(notify.thread), step_of(n));
      }
      return {};
    }
    case Op::kNotifyOne:
      if (i == d_.turn && e.other != kNoThread && bug_.kind == Kind::kDeadlock) {
        return fmt::format("wakes {}; nothing wakes {} after this", name(e.other),
                           d_.waiting.empty() ? "the others" : name(d_.waiting[0]));
      }
      return e.other == kNoThread ? "nobody waits: the notification is lost" : fmt::format("wakes {}", name(e.other));
    case Op::kNotifyAll:
      return e.aux == 0 ? "nobody waits: the notification is lost" : fmt::format("wakes {}", e.aux);
    case Op::kFutexWake:
      return e.result == 0 ? "wakes nobody" : fmt::format("wakes {}", e.result);
    case Op::kThreadJoin:
      return (e.flags & protocol::kFlagWaited) ? "after it had waited for its end" : "it had ended";
    default:
      return {};
  }
}

std::string Story::locks_held(Index i) {
  std::vector<std::string> held;
  for (const History::Hold& hold : h_.held_during(i)) {
    const Op op = h_.at(hold.acquired).op;
    const bool shared = op == Op::kReadLock || op == Op::kTryReadLock || op == Op::kTimedReadLock;
    held.push_back(quoted(namer_.object(hold.lock, i)) + (shared ? " for reading" : ""));
  }
  return held.empty() ? "it holds no lock" : fmt::format("it holds {}", fmt::join(held, ", "));
}

}  // namespace

std::string misuse(std::string_view text, const std::string& object) {
  const std::string what = object.empty() ? "it" : quoted(object);
  if (text.starts_with("a thread ")) return std::string(text.substr(9));
  if (const std::size_t at = text.find(" is destroyed "); at != std::string_view::npos) {
    return fmt::format("destroys {} {}", what, text.substr(at + 14));
  }
  if (text.starts_with("memory of a held lock")) return fmt::format("frees the memory of {}, which is held", what);
  return text.empty() ? "misuses " + what : std::string(text);
}

namespace {

// Where the block in question came from and where it went; the recording has that by place, not by event.
void Story::add_block_steps(Index before) {
  if (bug_.kind != Kind::kUseAfterFree && bug_.kind != Kind::kDoubleFree && bug_.kind != Kind::kLeak) return;
  const trace::HeapBlock* block = namer_.block(bug_.addr);
  if (!block) return;
  const auto add = [&](std::uint16_t t, Op op, trace::Stack stack, Index at) {
    if (t == kNoThread) return;
    const std::string folded = at > told_up_to_ && at <= h_.size() ? fold(told_up_to_, at) : "";
    Step& s = append(t, trace::op_name(op), namer_.place(stack));
    s.object = whole_object(namer_.object(block->addr));
    s.action = fmt::format("{} {}", trace::op_verb(op), quoted(s.object));
    s.folded = folded;
    s.turning_point = op == Op::kFree;
    if (op == Op::kFree) s.why = "nobody may use it from here on";
    told_up_to_ = std::max(told_up_to_, std::min(at, h_.size()));
    last_call_.reset();
    last_access_ = kNone;
  };
  if (!allocation_told_ && block->alloc_event <= before) {
    allocation_told_ = true;
    add(block->alloc_thread, Op::kAlloc, block->alloc_stack, block->alloc_event);
  }
  const Index freed = block->free_event != kNone ? block->free_event : bug_.event;
  if (!free_told_ && block->freed && freed <= before) {
    free_told_ = true;
    add(block->free_thread, Op::kFree, block->free_stack, freed);
  }
}

// A blocked thread's last, unfinished wait, if nothing that is told comes after it.
bool Story::told_at_end(Index i) {
  if (bug_.kind != Kind::kDeadlock || i == d_.turn) return false;
  const auto pending = [&](Index k) {
    const trace::Event& e = h_.at(k);
    if (thread(e.thread).state != protocol::ThreadState::kBlocked) return false;
    const Index last = h_.last(e.thread, h_.size(), [](auto&) { return true; });
    if (last == k) return trace::is_wait(e.op);
    // An earlier part of the call in which it waits.
    const auto call = library_call(h_.execution(), h_.at(last).stack, namer_);
    if (!call || !trace::is_wait(h_.at(last).op)) return false;
    for (Index n = k; n <= last; ++n) {
      if (h_.at(n).thread == e.thread && library_call(h_.execution(), h_.at(n).stack, namer_) != call) return false;
    }
    return true;
  };
  for (auto it = chosen_.find(i); it != chosen_.end(); ++it) {
    if (!pending(it->first)) return false;
  }
  return true;
}

void Story::add_event(Index i) {
  const trace::Event& e = h_.at(i);
  // A blocked thread's last, unfinished operation is told at the end.
  const trace::Thread& t = thread(e.thread);
  if (t.state == protocol::ThreadState::kBlocked && t.wait_addr == e.addr && e.op == t.wait_op &&
      trace::is_acquire(e.op) && h_.last(e.thread, h_.size(), [](auto&) { return true; }) == i) {
    const auto held = h_.held_at_end(e.thread);
    if (std::none_of(held.begin(), held.end(), [&](const History::Hold& hold) { return hold.acquired == i; })) return;
  }
  if (told_at_end(i) || (e.op == Op::kExit && bug_.kind == Kind::kExitStatus)) return;
  const names::SourceFrame place = namer_.place(e.stack);
  const std::string object = namer_.object(e.addr, i);
  std::string what = describe(e, object, namer_);
  // The change itself was made by code that is not instrumented: what is seen is a read in the same call.
  if (i == d_.turn && trace::is_read(e.op) && !trace::is_write(e.op) && e.op != Op::kSleep && d_.first != kNone) {
    const auto changes = any_library_call(h_.execution(), e.stack, namer_);
    if (bug_.kind != Kind::kDataRace && changes)
      what = fmt::format("changes {} ({})", quoted(object), changes->function);
  }
  if (bug_.kind == Kind::kDoubleFree && i == bug_.event) {
    what = fmt::format("frees {} again", quoted(whole_object(namer_.object(bug_.addr))));
  }
  const std::string cause = why(i);
  // What the library does in one call is one step, with the value that it changes.
  const auto call = library_call(h_.execution(), e.stack, namer_);
  if (call) {
    const std::string update =
        e.op == Op::kRmw && what.find(": ") != std::string::npos ? what.substr(what.rfind(": ")) : "";
    const bool same = !steps_.empty() && call == last_call_ && steps_.back().thread == name(e.thread);
    if (same) {
      if (i == d_.turn) {
        steps_.back().turning_point = true;
        steps_.back().why = cause;
      }
      numbers_[i] = steps_.back().n;
      if (!update.empty() && steps_.back().action.find(": ") == std::string::npos) steps_.back().action += update;
      if (steps_.back().why.empty() && !trace::is_read(e.op)) steps_.back().why = cause;
      told_up_to_ = i + 1;
      return;
    }
    what = fmt::format("{} {} ({}){}", call_verb(*call), quoted(object), call->function, update);
    if (call->function == "std::async") what = fmt::format("starts {} (std::async)", started_in_call(i, *call));
  }
  // So are the parts of one object, of a std::string for instance, that one line looks at.
  const bool new_round = i >= bug_.cycle_event && (last_access_ == kNone || last_access_ < bug_.cycle_event);
  const bool plain = !new_round && i != d_.turn && i != d_.second && i != d_.first && i != bug_.event;
  if (!steps_.empty() && plain && last_access_ != kNone && told_up_to_ + 4 > i) {
    const trace::Event& last = h_.at(last_access_);
    const Step& step = steps_.back();
    if (last.thread == e.thread && last.addr != e.addr && step.object == object && step.line == place.line &&
        step.file == place.file && trace::op_name(last.op) == trace::op_name(e.op) && trace::is_read(e.op)) {
      numbers_[i] = step.n;
      told_up_to_ = i + 1;
      return;
    }
  }
  // One line of source may touch parts of one object again and again.
  if (!steps_.empty() && !new_round && i != d_.turn && i != d_.second && told_up_to_ + 4 > i) {
    const Step& last = steps_.back();
    const bool same_read = trace::is_read(e.op) && !trace::is_write(e.op) && last.function == place.function;
    if (last.thread == name(e.thread) && last.action == what && last.file == place.file &&
        (last.line == place.line || same_read) && (cause.empty() || cause == last.why)) {
      numbers_[i] = last.n;
      told_up_to_ = i + 1;
      return;
    }
  }
  Step& s = append(e.thread, trace::op_name(e.op), place);
  numbers_[i] = s.n;
  last_call_.reset();
  last_access_ = i;
  s.event = i;
  s.object = object;
  s.action = what;
  if ((e.flags & protocol::kFlagValue) && (trace::is_read(e.op) || trace::is_write(e.op))) {
    s.value = show_value(e.value, e.size, namer_);
  }
  s.why = cause;
  s.turning_point = i == d_.turn && bug_.kind != Kind::kDataRace;
  s.repeats = i >= bug_.cycle_event && bug_.cycle_event != kNone;
  if (i > told_up_to_) s.folded = fold(told_up_to_, i);
  told_up_to_ = i + 1;
  last_call_ = call;
}

// Who does not run in the round: its wait is a part of each.
void Story::add_waiting() {
  if (bug_.kind != Kind::kStarvation || d_.waiting.empty()) return;
  const trace::Thread& w = thread(d_.waiting[0]);
  for (Index i = bug_.cycle_event; i < h_.size(); ++i) {
    if (h_.at(i).thread == d_.waiting[0]) return;
  }
  Step& s = append(d_.waiting[0], trace::op_name(w.wait_op), namer_.place(w.stack));
  s.object = namer_.object(bug_.addr);
  s.action = fmt::format(
      "{} {}", trace::is_acquire(w.wait_op) || w.wait_op == Op::kSemWait ? "still waits for" : "still sleeps on",
      quoted(s.object));
  std::string who;
  for (std::size_t i = 1; i < d_.waiting.size(); ++i) {
    who += fmt::format("{}{}", i == 1 ? "" : i + 1 == d_.waiting.size() ? " and " : ", ", name(d_.waiting[i]));
  }
  if (!who.empty()) s.why = fmt::format("overtaken by {}, in each round", who);
  s.repeats = true;
}

void Story::add_end() {
  if (bug_.cycle_event != kNone) {
    if (told_up_to_ < h_.size() && !steps_.empty()) {
      const std::string rest = fold(told_up_to_, h_.size());
      if (!rest.empty() && steps_.back().why.empty()) steps_.back().why = "then " + rest;
    }
    add_waiting();
    return;
  }
  if (bug_.kind == Kind::kDeadlock) {
    std::vector<std::uint16_t> last = d_.waiting;
    for (std::uint16_t t = 0; t < h_.execution().thread_count() && last.size() < 8; ++t) {
      const bool blocked = thread(t).state == protocol::ThreadState::kBlocked;
      if (blocked && std::find(last.begin(), last.end(), t) == last.end()) last.push_back(t);
    }
    for (const std::uint16_t t : last) {
      const trace::Thread& w = thread(t);
      if (w.state != protocol::ThreadState::kBlocked) continue;
      Step& s = append(t, trace::op_name(w.wait_op), namer_.place(w.stack));
      s.object = w.wait_op == Op::kThreadJoin ? "" : namer_.object(w.wait_addr);
      if (told_up_to_ < h_.size()) s.folded = fold(told_up_to_, h_.size());
      told_up_to_ = h_.size();
      if (w.wait_op == Op::kThreadJoin) {
        s.action = w.wait_holder == kNoThread ? "joins a thread" : "joins " + name(w.wait_holder);
        s.why = "waits for its end, which does not come";
      } else if (trace::is_acquire(w.wait_op)) {
        s.action = fmt::format("{} {}", trace::op_verb(w.wait_op), quoted(s.object));
        const std::uint16_t holder = h_.holder(t);
        s.why = holder == kNoThread ? "waits, and nobody is left to unlock it"
                                    : "waits: " + who_holds(w.wait_addr, holder, t);
      } else {
        const auto call = library_call(h_.execution(), w.stack, namer_);
        const bool told = std::any_of(steps_.begin(), steps_.end() - 1, [&](const Step& step) {
          return step.thread == s.thread && step.line == s.line && step.object == s.object;
        });
        const std::string what = s.object.empty() ? "" : " " + quoted(s.object);
        s.action = call && call_waits(*call)
                       ? fmt::format("{}{} ({})", told ? "still waits on" : "waits on", what, call->function)
                       : fmt::format("{}sleeps{}", told ? "still " : "", s.object.empty() ? "" : " on" + what);
        s.why = "nobody is left to wake it";
        const auto outer = any_library_call(h_.execution(), w.stack, namer_);
        const bool once = s.object.starts_with("guard of ") || (outer && outer->function.starts_with("std::call_once"));
        if (once && w.wait_holder != kNoThread) {
          s.action = "waits for" + what;
          s.why = fmt::format("{} runs that initialisation and has not finished it",
                              w.wait_holder == t ? "it itself" : name(w.wait_holder));
        }
        if (!told && w.wait_mutex != 0) {
          s.why = fmt::format("gave up {} for that; {}", quoted(namer_.object(w.wait_mutex)), s.why);
        }
      }
    }
    return;
  }
  if (races_with_free(h_, bug_, d_, namer_)) {
    Step& s = append(bug_.thread, trace::op_name(Op::kFree), namer_.place(bug_.pc));
    s.object = whole_object(namer_.object(bug_.addr));
    s.action = "frees " + quoted(s.object);
    s.why = fmt::format("nothing orders this after {}'s access{}", name(h_.at(d_.first).thread), step_of(d_.first));
  }
  if (bug_.kind == Kind::kDataRace || bug_.kind == Kind::kNone) return;
  if (bug_.event != kNone && (bug_.kind == Kind::kUseAfterFree || bug_.kind == Kind::kDoubleFree)) return;
  names::SourceFrame place;
  if (bug_.pc != 0) place = namer_.place(bug_.pc);
  if (place.library && bug_.thread < h_.execution().threads.size()) {
    const names::SourceFrame stands = namer_.place(thread(bug_.thread).stack);
    if (!stands.library) place = stands;
  }
  const std::uint16_t t = bug_.thread == kNoThread ? std::uint16_t{0} : bug_.thread;
  Step& s = append(t, trace::kind_name(bug_.kind), place);
  if (told_up_to_ < h_.size()) s.folded = fold(told_up_to_, h_.size());
  if (bug_.addr != 0) s.object = namer_.object(bug_.addr, bug_.event);
  switch (bug_.kind) {
    case Kind::kAssertion:
      s.action = "fails " + quoted(bug_.message);
      break;
    case Kind::kUncaughtException:
      s.action = "throws " + exception_text(bug_.message);
      break;
    case Kind::kCrash:
      s.action = bug_.message == "abort was called" ? std::string("calls abort")
                                                    : "crashes" + (bug_.message.empty() ? "" : ": " + bug_.message);
      break;
    case Kind::kExitStatus:
      s.action = fmt::format("ends the process with status {}", bug_.code);
      break;
    case Kind::kLeak:
      s.object = whole_object(s.object);
      if (const trace::HeapBlock* block = namer_.block(bug_.addr)) {
        const names::SourceFrame made = namer_.place(block->alloc_stack);
        s.file = made.file;
        s.line = made.line;
        s.function = made.function;
      }
      s.action = "ends without having freed " + quoted(s.object);
      break;
    case Kind::kLockMisuse:
      s.action = misuse(bug_.message, s.object);
      break;
    case Kind::kThreadLeak:
      s.action = bug_.message.empty()                                    ? "leaves a thread behind"
                 : bug_.message == "a joinable std::thread is destroyed" ? "destroys a joinable std::thread"
                                                                         : bug_.message;
      break;
    default:
      s.action = std::string(trace::kind_name(bug_.kind)) + (bug_.message.empty() ? "" : ": " + bug_.message);
  }
}

}  // namespace

std::vector<Step> tell(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer) {
  return Story(h, bug, d, namer).tell(false);
}

std::vector<Step> tell_everything(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer) {
  return Story(h, bug, d, namer).tell(true);
}

}  // namespace lockstep::explain
