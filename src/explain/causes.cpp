// Why it came to it: who waits for whom and which conditions of a deadlock hold, which accesses race with which locks
// in hand, and what nothing orders.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "explain/explain.h"
#include "explain/library_call.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Kind;
using protocol::kNoThread;
using protocol::Op;

// "an acquire load", "a relaxed store".
std::string with_article(const trace::Event& e, std::string_view what) {
  const std::string_view order = trace::order_name(e.order);
  return fmt::format("{} {} {}", order.starts_with('a') ? "an" : "a", order, what);
}

bool for_reading(Op op) { return op == Op::kReadLock || op == Op::kTryReadLock || op == Op::kTimedReadLock; }

class Causes {
 public:
  Causes(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer)
      : h_(h), bug_(bug), d_(d), namer_(namer) {}

  std::vector<Waiting> waiting();
  std::vector<Condition> conditions();
  std::vector<Access> accesses();
  std::string unordered();

 private:
  const trace::Thread& thread(std::uint16_t t) const { return h_.execution().threads[t]; }
  std::string name(std::uint16_t t) { return t == kNoThread ? "nobody" : namer_.thread(t); }
  bool blocked(std::uint16_t t) const {
    return t < h_.execution().threads.size() && thread(t).state == protocol::ThreadState::kBlocked;
  }
  bool lock_wait(std::uint16_t t) const { return trace::is_acquire(thread(t).wait_op); }
  std::string object(std::uint16_t t) { return thread(t).wait_addr == 0 ? "" : namer_.object(thread(t).wait_addr); }
  /// ", taken at bank.cpp:15" of a lock that a thread holds at the end.
  std::string taken(std::uint16_t holder, std::uint64_t lock) {
    for (const History::Hold& hold : h_.held_at_end(holder)) {
      if (hold.lock != lock) continue;
      const std::string place = at_place(namer_.place(h_.at(hold.acquired).stack));
      return place.empty() ? "" : ", taken" + place;
    }
    return {};
  }
  std::vector<std::string> locks_at(Index i) {
    std::vector<std::string> out;
    for (const History::Hold& hold : h_.held_during(i)) {
      out.push_back(namer_.object(hold.lock, i) + (for_reading(h_.at(hold.acquired).op) ? " (for reading)" : ""));
    }
    return out;
  }
  std::string why_waits(std::uint16_t t);

  const History& h_;
  const trace::Bug& bug_;
  const Diagnosis& d_;
  names::Namer& namer_;
};

std::string Causes::why_waits(std::uint16_t t) {
  const trace::Thread& w = thread(t);
  const std::string what = w.wait_addr == 0 ? "" : quoted(namer_.object(w.wait_addr));
  const std::uint16_t holder = h_.holder(t);
  if (w.wait_op == Op::kThreadJoin) {
    if (w.wait_holder == kNoThread) return "It joins a thread that does not end.";
    return w.wait_holder == t ? "It joins itself."
                              : fmt::format("It joins {}, which does not end.", name(w.wait_holder));
  }
  if (trace::is_acquire(w.wait_op)) {
    if (holder == kNoThread) return fmt::format("It waits for {}, and nobody is left to release it.", what);
    if (holder == t) return fmt::format("It waits for {}, which it holds itself{}.", what, taken(t, w.wait_addr));
    const bool gone = thread(holder).state == protocol::ThreadState::kFinished;
    return fmt::format("It waits for {}, which {} {}{}.", what, name(holder),
                       gone ? "never released before it ended" : "holds", taken(holder, w.wait_addr));
  }
  const auto call = library_call(h_.execution(), w.stack, namer_);
  const std::string how = call ? " in " + call->function : "";
  if (w.wait_holder != kNoThread && w.wait_holder != t && blocked(w.wait_holder)) {
    return fmt::format("It waits on {}{} for {}, which is blocked itself.", what, how, name(w.wait_holder));
  }
  if (d_.permit && d_.objects[0] == w.wait_addr) {
    return fmt::format("It waits for a permit of {}; {} acquired it{} and never gave it back.", what,
                       name(h_.at(d_.first).thread), at_place(namer_.place(h_.at(d_.first).stack)));
  }
  for (const Diagnosis::Sleep& s : d_.sleeps) {
    if (s.thread != t) continue;
    if (s.undone != kNone) {
      return fmt::format("It sleeps on {}; {}'s notification{} woke it, but {} had changed {}{} before it looked.",
                         what, name(h_.at(s.woken_by).thread), at_place(namer_.place(h_.at(s.woken_by).stack)),
                         name(h_.at(s.undone).thread), quoted(namer_.object(h_.at(s.undone).addr, s.undone)),
                         at_place(namer_.place(h_.at(s.undone).stack)));
    }
    if (s.wish == Diagnosis::Wish::kUnmet && s.condition != 0) {
      return fmt::format("It sleeps on {} until {} changes, and nobody is left to change that.", what,
                         quoted(whole_object(namer_.object(s.condition, s.slept))));
    }
  }
  // What came too early, or woke somebody else.
  for (Index i = h_.size(); i-- > 0;) {
    const trace::Event& e = h_.at(i);
    if (e.addr != w.wait_addr || !trace::is_notify(e.op)) continue;
    const bool nobody = (e.op == Op::kNotifyOne && e.other == kNoThread) || (e.op == Op::kNotifyAll && e.aux == 0) ||
                        (e.op == Op::kFutexWake && e.result == 0);
    const std::string who = fmt::format("{}'s{}", name(e.thread), at_place(namer_.place(e.stack)));
    if (nobody)
      return fmt::format("It sleeps on {}{}; the last notification, {}, found nobody asleep.", what, how, who);
    if (e.op == Op::kNotifyOne && e.other != kNoThread) {
      return fmt::format("It sleeps on {}{}; the last notification, {}, woke {}.", what, how, who,
                         e.other == t ? "it before it went to sleep again" : name(e.other));
    }
    return fmt::format("It sleeps on {}{}; the last notification, {}, came before it went to sleep.", what, how, who);
  }
  if (what.empty()) return "Nobody is left to wake it.";
  return fmt::format("It sleeps on {}{}, and nobody ever notifies that.", what, how);
}

std::vector<Waiting> Causes::waiting() {
  std::vector<Waiting> out;
  if (bug_.kind != Kind::kDeadlock && bug_.kind != Kind::kLivelock) return out;
  std::vector<std::uint16_t> order;
  for (const std::uint16_t t : d_.waiting) {
    if (blocked(t)) order.push_back(t);
  }
  for (std::uint16_t t = 0; t < h_.execution().thread_count(); ++t) {
    if (blocked(t) && std::find(order.begin(), order.end(), t) == order.end()) order.push_back(t);
  }
  for (const std::uint16_t t : order) {
    const trace::Thread& w = thread(t);
    Waiting entry;
    entry.thread = name(t);
    entry.object = w.wait_op == Op::kThreadJoin ? "" : object(t);
    const std::uint16_t holder = w.wait_op == Op::kThreadJoin ? w.wait_holder : h_.holder(t);
    if (holder != kNoThread) entry.holder = name(holder);
    entry.why = why_waits(t);
    const names::SourceFrame place = namer_.place(w.stack);
    entry.place = {place.function, place.file, place.line};
    out.push_back(std::move(entry));
  }
  return out;
}

std::vector<Condition> Causes::conditions() {
  std::vector<Condition> out;
  if (bug_.kind != Kind::kDeadlock || d_.open || d_.waiting.empty()) return out;
  const std::size_t n = d_.waiting.size();
  if (std::none_of(d_.waiting.begin(), d_.waiting.end(), [&](std::uint16_t t) { return lock_wait(t); })) return out;
  std::vector<std::string> locks, deeds, joins;
  bool shared = false;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint16_t t = d_.waiting[i];
    const std::uint16_t before = d_.waiting[(i + n - 1) % n];  // waits for this thread
    if (lock_wait(t)) {
      const std::string lock = object(t);
      if (std::find(locks.begin(), locks.end(), lock) == locks.end()) locks.push_back(lock);
      shared |= for_reading(thread(t).wait_op);
    } else if (thread(t).wait_op == Op::kThreadJoin && thread(t).wait_holder != kNoThread) {
      joins.push_back(name(thread(t).wait_holder));
    }
    const std::string waits = thread(t).wait_op == Op::kThreadJoin ? "joins " + name(thread(t).wait_holder)
                                                                   : fmt::format("waits for {}", quoted(object(t)));
    deeds.push_back(lock_wait(before) ? fmt::format("{} holds {} while it {}", name(t), quoted(object(before)), waits)
                                      : fmt::format("{} {}", name(t), waits));
  }
  std::string exclusive = join_names(locks) + (locks.size() == 1 ? " admits" : " each admit") +
                          (shared ? " no writer beside another holder" : " one holder at a time");
  if (!joins.empty()) exclusive += fmt::format("; only {} itself can end {}", joins[0], joins[0]);
  out.push_back({"mutual exclusion", exclusive + "."});
  out.push_back({"hold and wait", fmt::format("{}.", fmt::join(deeds, ", "))});
  const std::string deadline = n == 1 ? "the wait has no deadline" : "none of these waits has a deadline";
  out.push_back({"no preemption", fmt::format("Nobody can take a lock away from its holder, and {}.", deadline)});
  std::string circle;
  for (const std::uint16_t t : d_.waiting) circle += name(t) + " -> ";
  out.push_back({"circular wait", circle + name(d_.waiting[0]) + "."});
  return out;
}

std::vector<Access> Causes::accesses() {
  std::vector<Access> out;
  if (bug_.kind != Kind::kDataRace || d_.first == kNone || d_.second == kNone) return out;
  const auto stack_of = [&](trace::Stack stack) {
    std::vector<Place> places;
    for (const names::SourceFrame& f : namer_.frames(stack)) {
      if (!f.library && !f.file.empty()) places.push_back({f.function, f.file, f.line});
    }
    return places;
  };
  const bool freed = races_with_free(h_, bug_, d_, namer_);
  for (const Index i : {d_.first, d_.second}) {
    const trace::Event& e = h_.at(i);
    Access a;
    a.thread = name(e.thread);
    const std::string what = namer_.object(e.addr, i);
    const bool atomic = e.op != Op::kPlainRead && e.op != Op::kPlainWrite && e.order != protocol::Order::kNotAtomic;
    a.action = fmt::format("{} {}{}", trace::is_write(e.op) ? "writes" : "reads", quoted(what),
                           atomic ? fmt::format(" ({})", trace::order_name(e.order)) : "");
    a.stack = stack_of(e.stack);
    a.locks = locks_at(i);
    if (freed && i == d_.second) {
      a.action = "frees " + quoted(whole_object(namer_.object(bug_.addr)));
      a.stack = stack_of(thread(bug_.thread).stack);
    }
    out.push_back(std::move(a));
  }
  return out;
}

std::string Causes::unordered() {
  if (bug_.kind == Kind::kDataRace && d_.first != kNone && d_.second != kNone) {
    const trace::Event &a = h_.at(d_.first), &b = h_.at(d_.second);
    const auto deed = [&](const trace::Event& e) {
      return name(e.thread) + (trace::is_write(e.op) ? "'s write" : "'s read");
    };
    std::set<std::uint64_t> first_locks;
    for (const History::Hold& hold : h_.held_during(d_.first)) first_locks.insert(hold.lock);
    const std::vector<std::string> l1 = locks_at(d_.first), l2 = locks_at(d_.second);
    std::string locks;
    if (l1.empty() && l2.empty()) {
      locks = "neither holds a lock";
    } else if (l1.empty() || l2.empty()) {
      locks = fmt::format("{} holds {}, {} holds no lock", name(l1.empty() ? b.thread : a.thread),
                          join_names(l1.empty() ? l2 : l1), name(l1.empty() ? a.thread : b.thread));
    } else {
      locks = fmt::format("{} holds {}, {} holds {}, and no lock is common to both in a mode that excludes the other",
                          name(a.thread), join_names(l1), name(b.thread), join_names(l2));
    }
    std::string text = fmt::format("No happens-before edge leads from {} to {}: {}", deed(a), deed(b), locks);
    if (d_.pattern == "unsafe-publication" && d_.turn != kNone && h_.at(d_.turn).reads_from != kNone) {
      const trace::Event &read = h_.at(d_.turn), &store = h_.at(read.reads_from);
      return text + fmt::format(", and the value that {} read from {} came by {} and {}, which order nothing else.",
                                name(read.thread), quoted(namer_.object(read.addr, d_.turn)),
                                with_article(store, "store"), with_article(read, "load"));
    }
    return text + ", and no start, join, notification or release/acquire pair lies between.";
  }
  if (d_.pattern == "missing-fence" && d_.first != kNone && d_.second != kNone) {
    const trace::Event &store = h_.at(d_.first), &read = h_.at(d_.second);
    return fmt::format(
        "No happens-before edge leads from {}'s {} of {}{} to {}'s read{}, so the read may still see what was there "
        "before.",
        name(store.thread), store.op == Op::kStore ? "store" : "write", quoted(namer_.object(store.addr, d_.first)),
        at_place(namer_.place(store.stack)), name(read.thread), at_place(namer_.place(read.stack)));
  }
  return {};
}

}  // namespace

void find_causes(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer,
                 Finding* finding) {
  Causes causes(history, bug, diagnosis, namer);
  finding->waiting = causes.waiting();
  finding->conditions = causes.conditions();
  finding->accesses = causes.accesses();
  finding->unordered = causes.unordered();
}

}  // namespace lockstep::explain
