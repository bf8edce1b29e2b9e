#include <fmt/format.h>

#include <algorithm>

#include "explain/explain.h"
#include "explain/library_call.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Kind;
using protocol::kNoThread;
using protocol::Op;

class Sentence {
 public:
  Sentence(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer)
      : h_(h), bug_(bug), d_(d), namer_(namer) {}

  std::string deadlock();
  std::string race();
  std::string whose_wait();
  std::string failure();
  std::string other();

 private:
  const trace::Thread& thread(std::uint16_t t) const { return h_.execution().threads[t]; }
  std::string name(std::uint16_t t) { return namer_.thread(t); }
  std::string object(std::size_t i, Index when = kNone) {
    if (i >= d_.objects.size()) return "something";
    const std::string text = namer_.object(d_.objects[i], when != kNone ? when : d_.second);
    return text.empty() ? "something" : quoted(text);
  }
  std::string waits_for(std::uint16_t t) {
    const trace::Thread& w = thread(t);
    if (w.wait_op == Op::kThreadJoin) {
      return w.wait_holder == kNoThread ? "joins a thread" : "joins " + name(w.wait_holder);
    }
    const std::string what = w.wait_addr == 0 ? "something" : quoted(namer_.object(w.wait_addr));
    if (const auto call = library_call(h_.execution(), w.stack, namer_)) {
      return fmt::format("waits on {} ({})", what, call->function);
    }
    if (trace::is_acquire(w.wait_op) && h_.holder(t) != kNoThread) {
      return fmt::format("waits for {}, which {} holds", what, name(h_.holder(t)));
    }
    constexpr std::string_view kGuard = "`guard of ";
    if (what.starts_with(kGuard)) {
      const std::string who = w.wait_holder == kNoThread ? "the" : name(w.wait_holder) + "'s";
      return fmt::format("waits for {} initialisation of `{}", who, what.substr(kGuard.size()));
    }
    if (w.wait_op == Op::kOnceBegin || in_call_once(t)) {
      return w.wait_holder == kNoThread ? fmt::format("waits for the call_once on {}", what)
                                        : fmt::format("waits for the call_once on {} that {} runs", what,
                                                      w.wait_holder == t ? "it itself" : name(w.wait_holder));
    }
    return (trace::is_acquire(w.wait_op) ? "waits for " : "sleeps on ") + what;
  }
  bool in_call_once(std::uint16_t t) {
    const auto call = any_library_call(h_.execution(), thread(t).stack, namer_);
    return call && call->function.starts_with("std::call_once");
  }
  std::string damage();
  // "frees", if the racing access is the free of the block.
  std::string freed_by() { return bug_.pc != 0 && frees_memory(thread(bug_.thread).stack, namer_) ? "frees" : ""; }
  // `pair` of `pair.low` and `pair.high`; both where they are no members.
  static std::string whole(const std::string& a, const std::string& b) {
    const std::size_t at = a.find_last_of(".[");
    return at == std::string::npos || at < 2 ? fmt::format("{} and {}", a, b) : a.substr(0, at) + "`";
  }

  const History& h_;
  const trace::Bug& bug_;
  const Diagnosis& d_;
  names::Namer& namer_;
};

std::string Sentence::deadlock() {
  if (d_.pattern == "self-deadlock") {
    const std::uint16_t t = d_.waiting[0];
    if (thread(t).wait_op == Op::kThreadJoin) return fmt::format("Self-deadlock: {} joins itself.", name(t));
    const auto own = h_.held_at_end(t);
    const bool upgrade = std::any_of(own.begin(), own.end(), [&](const History::Hold& hold) {
      const Op op = h_.at(hold.acquired).op;
      return hold.lock == thread(t).wait_addr &&
             (op == Op::kReadLock || op == Op::kTryReadLock || op == Op::kTimedReadLock);
    });
    if (upgrade && thread(t).wait_op != Op::kWriteLock && thread(t).wait_op != Op::kTimedWriteLock) {
      return fmt::format(
          "Self-deadlock on {}: {} holds it for reading and locks it for reading again; it waits behind a writer, "
          "which "
          "waits for its first hold.",
          object(0), name(t));
    }
    if (upgrade) {
      return fmt::format(
          "Self-deadlock on {}: {} holds it for reading and locks it for writing; it waits for its own shared hold for "
          "ever.",
          object(0), name(t));
    }
    return fmt::format("Self-deadlock on {}: {} locks it while it holds it already, and waits for itself for ever.",
                       object(0), name(t));
  }
  if (d_.pattern == "leaked-lock" && d_.first != kNone) {
    const std::uint16_t owner = d_.waiting[1];
    const names::SourceFrame taken = namer_.place(h_.at(d_.first).stack);
    const bool ended = thread(owner).state == protocol::ThreadState::kFinished;
    const std::string left = ended                                  ? "ended"
                             : taken.function.starts_with("lambda") ? "left that function"
                                                                    : "left " + taken.function;
    const std::string waits = d_.waiting[0] == owner ? "now waits for it itself"
                                                     : fmt::format("and {} waits for it for ever", name(d_.waiting[0]));
    return fmt::format("Leaked {} {}: {} {} it{} and {} without {}, {}.", d_.permit ? "permit of" : "lock", object(0),
                       name(owner), d_.permit ? "acquired" : "locked", at_place(taken), left,
                       d_.permit ? "giving it back" : "unlocking it", waits);
  }
  if (d_.pattern == "leaked-lock") {
    return fmt::format("Leaked lock {}: {} ended without unlocking it, and {} waits for it for ever.", object(0),
                       name(d_.waiting[1]), name(d_.waiting[0]));
  }
  if (d_.pattern == "blocked-loop") {
    const std::uint16_t t = d_.waiting[0];
    const std::string by =
        d_.turn == kNone ? "" : fmt::format(", put there{}", at_place(namer_.place(h_.at(d_.turn).stack)));
    return fmt::format(
        "Blocked loop on {}: {} {} inside of a job, and the job that is left in {}{}, only {} could run.", object(0),
        name(t), waits_for(t), object(0), by, name(t));
  }
  if (d_.pattern == "nested-monitor") {
    return fmt::format("Nested monitor on {} and {}: {} sleeps on {} while it holds {}, which {} needs to go on.",
                       object(0), object(1), name(d_.waiting[1]), object(1), object(0), name(d_.waiting[0]));
  }
  if (d_.pattern == "lost-wakeup") {
    const trace::Event& notify = h_.at(d_.turn);
    const std::string where = at_place(namer_.place(notify.stack));
    std::string others;
    for (std::size_t i = 1; i < d_.waiting.size(); ++i) others += " and " + name(d_.waiting[i]);
    const std::string sleep = others.empty() ? "sleeps" : "sleep";
    const Diagnosis::Sleep* first = d_.sleeps.empty() ? nullptr : &d_.sleeps[0];
    if (first && first->undone == d_.turn) {
      const trace::Event& woke = h_.at(first->woken_by);
      return fmt::format(
          "Lost wakeup on {}: {}'s notification{} wakes {}, but {} changes {}{} before {} looks at it, and so it goes "
          "back to sleep{}; nobody wakes {} any more.",
          object(0), name(woke.thread), at_place(namer_.place(woke.stack)), name(d_.waiting[0]), name(notify.thread),
          quoted(namer_.object(notify.addr, d_.turn)), where, name(d_.waiting[0]),
          others.empty() ? ""
                         : fmt::format(";{} {} too", others.substr(std::string(" and").size()),
                                       d_.waiting.size() == 2 ? "sleeps" : "sleep"),
          d_.waiting.size() == 1 ? "it" : "them");
    }
    if (first && first->wish == Diagnosis::Wish::kUnmet && first->merged == d_.turn) {
      return fmt::format(
          "Lost wakeup on {}: {} sets {}{} to what it is already, so that two signals become one, and {}{} {} for "
          "ever.",
          object(0), name(notify.thread), quoted(namer_.object(notify.addr, d_.turn)), where, name(d_.waiting[0]),
          others, sleep);
    }
    if (trace::is_write(notify.op) && notify.addr != d_.objects[0]) {
      return fmt::format("Lost wakeup on {}: {} changes {}{} and notifies nobody, and {}{} {} for ever.", object(0),
                         name(notify.thread), quoted(namer_.object(notify.addr, d_.turn)), where, name(d_.waiting[0]),
                         others, sleep);
    }
    if (trace::is_write(notify.op)) {
      return fmt::format("Lost wakeup on {}: {} changes it{} and wakes nobody, and {}{} {} for ever.", object(0),
                         name(notify.thread), where, name(d_.waiting[0]), others, sleep);
    }
    if (notify.op == Op::kNotifyOne && notify.other != kNoThread) {
      const bool asleep_again = std::find(d_.waiting.begin(), d_.waiting.end(), notify.other) != d_.waiting.end();
      return fmt::format("Lost wakeup on {}: the last notification, {}'s{}, woke {}{}, and {}{} {} for ever.",
                         object(0), name(notify.thread), where, name(notify.other),
                         asleep_again ? ", which had no use for it and went back to sleep" : "", name(d_.waiting[0]),
                         others, sleep);
    }
    const Index slept = h_.last(d_.waiting[0], d_.turn,
                                [&](const trace::Event& e) { return trace::is_wait(e.op) && e.addr == d_.objects[0]; });
    const bool asleep = slept != kNone && h_.last(d_.waiting[0], d_.turn, [](const auto&) { return true; }) == slept;
    if (asleep) {
      return fmt::format("Lost wakeup on {}: {}'s notification{} wakes nobody, and {}{} {} on for ever.", object(0),
                         name(notify.thread), where, name(d_.waiting[0]), others, sleep);
    }
    return fmt::format("Lost wakeup on {}: {}'s notification{} came when nobody waited, and {}{} {} for ever.",
                       object(0), name(notify.thread), where, name(d_.waiting[0]), others, sleep);
  }
  if (!d_.open && d_.waiting.size() > 1) {
    std::string parts;
    const auto wants_same = [&](std::uint16_t t) { return thread(t).wait_addr == thread(d_.waiting[0]).wait_addr; };
    if (thread(d_.waiting[0]).wait_addr != 0 && std::all_of(d_.waiting.begin(), d_.waiting.end(), wants_same)) {
      for (const std::uint16_t t : d_.waiting) parts += (parts.empty() ? "" : " and ") + name(t);
      return fmt::format(
          "Deadlock on {}: {} hold it for reading, and each waits for the other to let go of it before it can write.",
          object(0), parts);
    }
    for (std::size_t i = 0; i < d_.waiting.size(); ++i) {
      const std::uint16_t t = d_.waiting[i];
      const std::uint16_t before = d_.waiting[(i + d_.waiting.size() - 1) % d_.waiting.size()];
      std::string holds;
      if (trace::is_acquire(thread(before).wait_op)) {
        holds = "holds " + quoted(namer_.object(thread(before).wait_addr)) + " and ";
      }
      const trace::Thread& w = thread(t);
      const std::string waits = trace::is_acquire(w.wait_op) && w.wait_addr != 0
                                    ? "waits for " + quoted(namer_.object(w.wait_addr))
                                    : waits_for(t);
      parts += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", name(t), holds, waits);
    }
    const bool inversion = d_.pattern == "lock-order-inversion";
    std::vector<std::string> objects;
    for (const std::uint64_t addr : d_.objects) objects.push_back(namer_.object(addr));
    const std::string on = objects.empty() ? "" : " on " + join_names(objects);
    return fmt::format("{}{}: {}; {} can go on.", inversion ? "Lock-order inversion" : "Deadlock", on, parts,
                       d_.waiting.size() == 2 ? "neither" : "none of them");
  }
  if (d_.waiting.empty()) return "Deadlock: every thread waits.";
  std::string parts;
  for (const std::uint16_t t : d_.waiting) parts += (parts.empty() ? "" : ", ") + name(t) + " " + waits_for(t);
  const auto unmet = std::find_if(d_.sleeps.begin(), d_.sleeps.end(), [&](const Diagnosis::Sleep& s) {
    return s.thread == d_.waiting[0] && s.wish == Diagnosis::Wish::kUnmet && s.condition != 0;
  });
  if (unmet != d_.sleeps.end()) {
    return fmt::format("Deadlock: {}; what {} for ({}) is not so, and nobody is left to change that.", parts,
                       d_.waiting.size() == 1 ? "it waits" : "they wait",
                       quoted(whole_object(namer_.object(unmet->condition, unmet->slept))));
  }
  const bool notified = std::any_of(h_.execution().events.begin(), h_.execution().events.end(), [&](const auto& e) {
    return trace::is_notify(e.op) && e.addr == thread(d_.waiting[0]).wait_addr;
  });
  const Op op = thread(d_.waiting[0]).wait_op;
  const bool on_condition = op == Op::kCondWait || op == Op::kCondWake;
  if (d_.waiting.size() == 1 && on_condition && !notified) {
    return fmt::format("Deadlock: {}, and nobody ever notifies it.", parts);
  }
  return fmt::format("Deadlock: {}, and nobody is left to end that.", parts);
}

// A wakeup that is lost inside of a call of the library's: in whose code the wait and the wake lie.
std::string Sentence::whose_wait() {
  if (d_.pattern != "lost-wakeup" || d_.waiting.empty() || bug_.library) return {};
  const auto wait = library_call(h_.execution(), thread(d_.waiting[0]).stack, namer_);
  const auto wake = library_call(h_.execution(), h_.at(d_.turn).stack, namer_);
  if (!wait || !wake) return {};
  // The wait and the wake of an atomic are the program's own protocol.
  if (wait->function.starts_with("std::atomic")) {
    return fmt::format(" (The program waits and wakes by {} and {}.)", wait->function, wake->function);
  }
  return fmt::format(" The wait that missed it lies inside the standard library's own {}, and the wake inside {}.",
                     wait->function, wake->function);
}

std::string Sentence::race() {
  const std::string what = object(0);
  if (d_.first == kNone || d_.second == kNone) {
    // One side was not recorded: what is known of the other.
    const Index known = d_.first != kNone ? d_.first : d_.second;
    const std::string frees = freed_by();
    if (known == kNone && frees.empty()) {
      return fmt::format("Data race on {}: {} uses it{} while {} does, and nothing orders the two.", what,
                         name(bug_.thread), at_place(namer_.place(bug_.pc)), name(bug_.other));
    }
    const std::uint16_t mine = known == kNone ? bug_.other : h_.at(known).thread;
    const std::string deed =
        known == kNone ? name(mine) + " uses it"
                       : fmt::format("{} {} it{}", name(mine), trace::is_write(h_.at(known).op) ? "writes" : "reads",
                                     at_place(namer_.place(h_.at(known).stack)));
    const std::uint16_t other = mine == bug_.thread ? bug_.other : bug_.thread;
    return fmt::format("Data race on {}: {} and {} {} it{}, and nothing orders the two.", what, deed, name(other),
                       frees.empty() ? "uses" : frees, other == bug_.thread ? at_place(namer_.place(bug_.pc)) : "");
  }
  const trace::Event& a = h_.at(d_.first);
  const trace::Event& b = h_.at(d_.second);
  const auto does = [&](const trace::Event& e) {
    return fmt::format("{} {} it{}", name(e.thread), trace::is_write(e.op) ? "writes" : "reads",
                       at_place(namer_.place(e.stack)));
  };
  if (races_with_free(h_, bug_, d_, namer_)) {
    return fmt::format("Data race on {}: {} and {} frees it{}, and nothing orders the two.", what, does(a),
                       name(bug_.thread), at_place(namer_.place(bug_.pc)));
  }
  const std::string both = fmt::format("{} and {}, and nothing orders the two", does(a), does(b));
  if (d_.pattern == "read-modify-write") return fmt::format("Lost update on {}, a data race: {}.", what, both);
  if (d_.pattern == "unsafe-publication" && d_.turn != kNone && d_.objects.size() > 1 &&
      h_.at(h_.at(d_.turn).reads_from).thread != a.thread) {
    return fmt::format(
        "Unsafe publication of {}: what {} stored in {} came to {} by way of {}, whose own accesses pass no order on: "
        "{}.",
        what, name(a.thread), object(1), name(b.thread), name(h_.at(h_.at(d_.turn).reads_from).thread), both);
  }
  if (d_.pattern == "unsafe-publication" && d_.objects.size() > 1) {
    return fmt::format(
        "Unsafe publication of {}: {} sees what {} stored in {}, but without release and acquire that "
        "orders nothing else: {}.",
        what, name(b.thread), name(a.thread), object(1), both);
  }
  if (d_.pattern == "unsafe-publication") return fmt::format("Unsafe publication of {}: {}.", what, both);
  if (d_.pattern == "double-checked-locking" && d_.turn != kNone) {
    const auto access = [&](const trace::Event& e) {
      return fmt::format("{}'s {}", name(e.thread), trace::is_write(e.op) ? "write" : "read");
    };
    return fmt::format(
        "Double-checked locking on {}: the check outside of the lock lets {} see what {} stored there, but does not "
        "order {} of {}{} before {}{}.",
        what, name(b.thread), name(a.thread), access(a), object(1), at_place(namer_.place(a.stack)), access(b),
        at_place(namer_.place(b.stack)));
  }
  if (d_.pattern == "double-checked-locking") {
    return fmt::format("Double-checked locking on {}: the check is outside of the lock: {}.", what, both);
  }
  if (d_.pattern == "iterator-invalidation") {
    return fmt::format("Iterator invalidation, {}: {}; the container {} it.", what, both,
                       trace::is_write(a.op) ? "had just moved or freed" : "moves or frees");
  }
  if (d_.pattern == "sleep-polling") {
    return fmt::format("Sleep in place of synchronisation for {}: {} but the sleep{}.", what, both,
                       at_place(namer_.place(h_.at(d_.turn).stack)));
  }
  if (d_.pattern == "lazy-init") return fmt::format("Unguarded lazy initialisation of {}: {}.", what, both);
  if (d_.pattern == "check-then-act") return fmt::format("Check-then-act on {} without a lock: {}.", what, both);
  return fmt::format("Data race on {}: {}.", what, both);
}

std::string Sentence::damage() {
  names::SourceFrame frame = bug_.pc != 0 ? namer_.place(bug_.pc) : names::SourceFrame();
  if (frame.library && bug_.thread < h_.execution().threads.size()) {
    frame = namer_.place(thread(bug_.thread).stack);
    if (frame.library) frame = {};
  }
  const std::string place = at_place(frame);
  const std::string& text = bug_.message;
  switch (bug_.kind) {
    case Kind::kAssertion:
      return text.empty() ? fmt::format("an assertion fails{}", place)
                          : fmt::format("the assertion {} fails{}", quoted(text), place);
    case Kind::kUncaughtException:
      return fmt::format("{} throws {} and nobody catches it{}", name(bug_.thread),
                         text.empty() ? "an exception" : exception_text(text), place);
    case Kind::kCrash:
      if (text == "abort was called") return fmt::format("{} calls abort{}", name(bug_.thread), place);
      return fmt::format("{} crashes{}{}", name(bug_.thread), text.empty() ? "" : " with " + text, place);
    case Kind::kExitStatus:
      return fmt::format("the program exits with status {}", bug_.code);
    default:
      return std::string(trace::kind_name(bug_.kind));
  }
}

std::string Sentence::failure() {
  const std::string bad = damage();
  if (d_.pattern == "read-modify-write" || d_.pattern == "lazy-init" || d_.pattern == "check-then-act" ||
      d_.pattern == "aba" || d_.pattern == "time-of-check-to-time-of-use") {
    const std::string actor = name(h_.at(d_.first).thread), other = name(h_.at(d_.turn).thread);
    const std::string what = object(0, d_.first);
    if (d_.pattern == "read-modify-write") {
      return fmt::format("Lost update on {}: {}'s write is overwritten by {}, which had read the value before it; {}.",
                         what, other, actor, bad);
    }
    if (d_.pattern == "aba") {
      return fmt::format(
          "ABA on {}: it has the value again that {} loaded, but {} changed it in between, and the "
          "exchange succeeds all the same; {}.",
          what, actor, other, bad);
    }
    if (d_.pattern == "lazy-init") {
      return fmt::format("Lazy initialisation of {} happens twice: {} and {} both find it empty; {}.", what, actor,
                         other, bad);
    }
    if (d_.pattern == "check-then-act") {
      return fmt::format(
          "Check-then-act on {}: {} changes it between {}'s check and what {} does on the strength of it; {}.", what,
          other, actor, actor, bad);
    }
    return fmt::format("Time of check to time of use on {}: {} changes it between {}'s check and its use; {}.", what,
                       other, actor, bad);
  }
  if (d_.pattern == "torn-access") {
    const std::string reader = name(h_.at(d_.second).thread), writer = name(h_.at(d_.turn).thread);
    const std::string first = object(0, d_.first), second = object(1, d_.second);
    const bool newer_first = d_.turn < d_.first;
    return fmt::format("Torn access to {}: {} reads {} {} and {} {} {}'s change of the two; {}.", whole(first, second),
                       reader, first, newer_first ? "after" : "before", second, newer_first ? "before" : "after",
                       writer, bad);
  }
  if (d_.pattern == "sleep-polling") {
    return fmt::format(
        "Sleep in place of synchronisation for {}: {} sleeps{} and then counts on {}, which takes longer; {}.",
        object(0, d_.second), name(d_.waiting[0]), at_place(namer_.place(h_.at(d_.turn).stack)), name(d_.waiting[1]),
        bad);
  }
  if (d_.pattern == "lock-across-io") {
    return fmt::format(
        "Lock {} held across a pause: {} sleeps{} while it holds it, and {} gives up waiting for it; {}.", object(0),
        name(d_.waiting[1]),
        at_place(namer_.place(d_.turn == kNone ? thread(d_.waiting[1]).stack : h_.at(d_.turn).stack)),
        name(d_.waiting[0]), bad);
  }
  if (d_.pattern == "forgotten-await" && d_.coroutine.empty()) {
    return fmt::format(
        "Forgotten await of {}: {} starts it by std::async{} and never asks the future for its result, so it learns "
        "neither whether it is done nor whether it failed; {}.",
        quoted(name(d_.waiting[1])), name(d_.waiting[0]), at_place(namer_.place(h_.at(d_.turn).stack)), bad);
  }
  if (d_.pattern == "forgotten-await") {
    return fmt::format(
        "Forgotten await of {}: the coroutine made at {}:{} starts suspended, and nobody resumes it; {}.",
        quoted(d_.coroutine), names::base_name(namer_.place(bug_.pc).file), d_.coroutine_line, bad);
  }
  if (d_.pattern == "missing-fence" && !trace::is_read(h_.at(d_.second).op)) {
    return fmt::format(
        "Store to {} out of order: {}'s store{} takes its place before {}'s in the modification order, though it ran "
        "later, because nothing orders the two; {}.",
        object(0), name(h_.at(d_.second).thread), at_place(namer_.place(h_.at(d_.second).stack)),
        d_.first == kNone ? "the other" : name(h_.at(d_.first).thread), bad);
  }
  if (d_.pattern == "missing-fence") {
    return fmt::format(
        "Stale read of {}: {} still sees {}, because nothing orders the newer store before the read; {}.", object(0),
        name(h_.at(d_.second).thread),
        h_.value(d_.second) ? show_value(*h_.value(d_.second), h_.at(d_.second).size, namer_) : "an old value", bad);
  }
  std::string text = bad;
  if (text.starts_with("the ") || text.starts_with("an ")) {  // and not a thread's name
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text + ".";
}

std::string Sentence::other() {
  const std::string place = at_place(bug_.pc != 0 ? namer_.place(bug_.pc) : names::SourceFrame());
  const std::string who = name(bug_.thread);
  const std::string what = bug_.addr == 0 ? "something" : quoted(namer_.object(bug_.addr, bug_.event));
  const trace::HeapBlock* block = namer_.block(bug_.addr);
  const std::string freed = block && block->freed ? fmt::format(", after {} freed it{}", name(block->free_thread),
                                                                at_place(namer_.place(block->free_stack)))
                                                  : "";
  const std::string detail = bug_.message.empty() ? "" : ": " + bug_.message;
  switch (bug_.kind) {
    case Kind::kUseAfterFree:
      if (d_.pattern == "iterator-invalidation" && block) {
        const auto call = any_library_call(h_.execution(), block->free_stack, namer_);
        return fmt::format("Iterator invalidation, {}: {} frees it{}{}, and {} uses it{} all the same.", what,
                           name(block->free_thread), call ? " by " + call->function : "",
                           at_place(namer_.place(block->free_stack)), who, place);
      }
      if (d_.pattern == "missing-fence" && d_.second != kNone) {
        return fmt::format("Use after free of {}: {} uses it{}{}; {}'s read of {}{} had seen an old value.", what, who,
                           place, freed, name(h_.at(d_.second).thread), object(1),
                           at_place(namer_.place(h_.at(d_.second).stack)));
      }
      return fmt::format("Use after free of {}: {} uses it{}{}.", what, who, place, freed);
    case Kind::kDoubleFree:
      return fmt::format("Double free of {}: {} frees it{}{}.",
                         bug_.addr == 0 ? what : quoted(whole_object(namer_.object(bug_.addr, bug_.event))), who, place,
                         freed);
    case Kind::kLeak: {
      const std::string by =
          block && block->alloc_thread != kNoThread ? name(block->alloc_thread) + " allocates it" : "it is allocated";
      const std::string where = block ? at_place(namer_.place(block->alloc_stack)) : "";
      if (!d_.coroutine.empty() && block) {
        return fmt::format(
            "Forgotten await of {}: {} makes the coroutine{}, and nobody resumes it to its end or destroys "
            "it; its frame leaks.",
            quoted(d_.coroutine), name(block->alloc_thread), where);
      }
      return fmt::format("Leak of {}: {}{}, and nobody frees it{}.", quoted(whole_object(namer_.object(bug_.addr))), by,
                         where, detail);
    }
    case Kind::kLockMisuse: {
      std::string holder;
      for (const trace::Held& held : h_.execution().held) {
        if (held.addr != bug_.addr) continue;
        holder = fmt::format("; {}",
                             held.thread == bug_.thread ? who + " itself holds it" : name(held.thread) + " holds it");
        const std::string since = held.event == kNone ? "" : at_place(namer_.place(h_.at(held.event).stack));
        if (!since.empty()) holder += fmt::format(" (locked{})", since);
      }
      const std::string text = misuse(bug_.message, bug_.addr == 0 ? "" : namer_.object(bug_.addr, bug_.event));
      return fmt::format("Lock misuse of {}: {} {}{}{}.", what, who, text, place.empty() ? "" : "," + place, holder);
    }
    case Kind::kLockOrder: {
      if (d_.nestings.empty()) break;
      std::vector<std::string> locks, orders;
      for (const Diagnosis::Nesting& n : d_.nestings) {
        const std::string held = namer_.object(h_.at(n.held).addr, n.held);
        locks.push_back(held);
        orders.push_back(fmt::format("{} takes {}{} while it holds {}", name(h_.at(n.wanted).thread),
                                     quoted(namer_.object(h_.at(n.wanted).addr, n.wanted)),
                                     at_place(namer_.place(h_.at(n.wanted).stack)), quoted(held)));
      }
      std::sort(locks.begin(), locks.end());
      std::string text = fmt::format("Locks {} are taken in {}: ", join_names(locks),
                                     locks.size() == 2 ? "both orders" : "a circle of orders");
      for (std::size_t i = 0; i < orders.size(); ++i) text += (i ? ", " : "") + orders[i];
      return text + ". Nothing deadlocked here, but these can wait for each other for ever.";
    }
    case Kind::kThreadLeak:
      return fmt::format("Thread leak{}{}.", place,
                         detail.empty() ? ": a thread is neither joined nor detached" : detail);
    case Kind::kNondeterminism:
      return fmt::format("The program is not deterministic{}.",
                         detail.empty() ? ": the same decisions led to another execution" : detail);
    default:
      break;
  }
  std::string kind(trace::kind_name(bug_.kind));
  kind[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(kind[0])));
  return fmt::format("{}{}{}{}.", kind, bug_.addr ? " on " + what : "", place, detail);
}

}  // namespace

std::string summarise(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer) {
  if (bug.cycle_event != kNone) return summarise_cycle(h, bug, d, namer);
  Sentence s(h, bug, d, namer);
  switch (bug.kind) {
    case Kind::kDeadlock:
      return s.deadlock() + s.whose_wait();
    case Kind::kDataRace:
      return s.race();
    case Kind::kAssertion:
    case Kind::kUncaughtException:
    case Kind::kCrash:
    case Kind::kExitStatus:
      return s.failure();
    default:
      return s.other();
  }
}

}  // namespace lockstep::explain
