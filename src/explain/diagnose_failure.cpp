#include <algorithm>
#include <regex>

#include "explain/diagnosis.h"
#include "explain/source.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Kind;
using protocol::Op;

// How one unserialisable triple is to be read.
struct Triple {
  Diagnosis diagnosis;
  Index seen_by_failure = 0;  // the failing thread's last access of the object: the later, the closer to the failure
};

bool small_step(std::uint64_t from, std::uint64_t to) {
  const std::uint64_t distance = to > from ? to - from : from - to;
  return distance > 0 && distance <= 4096;
}

class Failure {
 public:
  Failure(const History& history, const trace::Bug& bug, names::Namer& namer)
      : h_(history), bug_(bug), namer_(namer), source_(history.execution().program.path) {}

  Diagnosis diagnose();

 private:
  void triples_at(std::uint64_t addr);
  Diagnosis stale_read() const;
  void aba_at(const std::vector<Index>& accesses, std::size_t exchange);
  void add(std::uint64_t addr, std::string_view pattern, Index first, Index turn, Index second);
  Index unseen_write(const std::vector<Index>& accesses, Index read) const;
  std::string_view lost_update_pattern(Index read, Index write);
  std::string_view act_pattern(Index check, Index act);
  // Whether the line of the event, or the next one, decides something.
  bool in_condition(Index i) {
    static const std::regex kDecides(R"(\bif\b|\bwhile\b|\?|!|==)");
    const auto at = namer_.place(h_.at(i).stack);
    // `if (!p)`, or `p = pointer.load(); if (!p)` on two lines.
    return !at.library && (std::regex_search(source_.line(at.full_path, at.line), kDecides) ||
                           std::regex_search(source_.line(at.full_path, at.line + 1), kDecides));
  }
  // Whether the line is the head of a decision and keeps nothing of what it reads.
  bool only_decides(Index i) {
    static const std::regex kHead(R"(^\s*(?:\}\s*)?(?:else\s+)?(?:if|while)\s*\((?!.*[^=!<>]=[^=]))");
    const auto at = namer_.place(h_.at(i).stack);
    return !at.library && std::regex_search(source_.line(at.full_path, at.line), kHead);
  }
  // After a wait the check is for something to be there at all.
  bool waits_between(Index check, Index act) const {
    for (Index i = check; i < act; ++i) {
      const trace::Event& e = h_.at(i);
      if (e.thread == h_.at(check).thread && (e.op == Op::kCondWake || trace::is_wait(e.op))) return true;
    }
    return false;
  }
  // Whether the line asks for there being anything at all: `== 0`, `empty()`.
  bool asks_for_any(Index i) {
    static const std::regex kAny(
        R"((?:==|!=|>|<=)\s*(?:0\b|nullptr|NULL)|\bempty\b|\bsize\s*\(|\b(?:if|while)\s*\(!?\s*\w+\))");
    const auto at = namer_.place(h_.at(i).stack);
    return !at.library && std::regex_search(source_.line(at.full_path, at.line), kAny);
  }
  // Whether the event counts something up or down by one.
  bool counts(Index i) const {
    const auto now = h_.value(i);
    std::optional<std::uint64_t> before;
    if (h_.at(i).flags & protocol::kFlagOld) before = h_.at(i).old;
    for (const Index k : h_.accesses(h_.at(i).addr)) {
      if (k >= i) break;
      if (h_.at(i).op == Op::kPlainWrite || h_.at(i).op == Op::kStore) before = h_.value(k);
    }
    return now && before && (*now - *before == 1 || *before - *now == 1);
  }
  // Whether the line changes something in place: `++x`, `x += n`.
  bool is_compound(Index i) {
    static const std::regex kCompound(R"(\+\+|--|[-+*/|&^]=[^=])");
    const auto at = namer_.place(h_.at(i).stack);
    return !at.library && std::regex_search(source_.line(at.full_path, at.line), kCompound);
  }
  // Whether a new object is made in the line of the event.
  bool makes_object(Index i) {
    static const std::regex kMakes(R"(\bnew\b|\bmake_unique\b|\bmake_shared\b|\b[mc]alloc\()");
    const auto at = namer_.place(h_.at(i).stack);
    return !at.library && std::regex_search(source_.line(at.full_path, at.line), kMakes);
  }
  bool same_line(Index a, Index b) {
    const auto x = namer_.place(h_.at(a).stack), y = namer_.place(h_.at(b).stack);
    return x.line != 0 && x.line == y.line && x.full_path == y.full_path;
  }
  // The first write to something shared that the thread makes on the strength of what it reads at `i`: before it
  // gives up a lock that it holds there, or to that very object.
  Index act_after(Index i) const {
    const trace::Event& read = h_.at(i);
    Index end = 0;
    for (const History::Hold& hold : h_.held_during(i)) end = std::max(end, std::min(hold.released, h_.size()));
    for (Index n = i + 1; n < h_.size(); ++n) {
      const trace::Event& e = h_.at(n);
      if (e.thread != read.thread || !trace::is_write(e.op)) continue;
      if (e.addr == read.addr || (n < end && h_.is_shared(e.addr))) return n;
    }
    return kNone;
  }
  Index failing_access(std::uint64_t addr) const {
    return h_.last(bug_.thread, h_.size(),
                   [&](const trace::Event& e) { return e.addr == addr && trace::is_read(e.op); });
  }

  const History& h_;
  const trace::Bug& bug_;
  names::Namer& namer_;
  Source source_;
  std::vector<Triple> found_;
};

// A thread read, another wrote, the thread wrote: an update from a stale value, or an act on a stale check?
std::string_view Failure::lost_update_pattern(Index read, Index write) {
  const auto before = h_.value(read), after = h_.value(write);
  const bool empty = before && *before == 0 && after && *after != 0 && h_.at(write).size == 8;
  if (empty && (makes_object(write) || (namer_.is_pointer(h_.at(write).addr, write) && in_condition(read)))) {
    return "lazy-init";
  }
  if (same_line(read, write)) return "read-modify-write";
  if (h_.at(read).op == Op::kLoad && only_decides(read)) return "check-then-act";
  const bool flag = h_.at(write).size == 1;
  if (before && after && !flag && small_step(*before, *after)) return "read-modify-write";
  if (before && after) return "check-then-act";
  return flag ? "check-then-act" : "read-modify-write";
}

// The check found something there (an amount, a handle) that the act uses: time of check to time of use. Or it found
// out whether there is anything at all, or looked into a container or at a flag: check-then-act.
std::string_view Failure::act_pattern(Index check, Index act) {
  const auto found = h_.value(check), done = h_.value(act);
  if (found && *found == 0 && namer_.is_pointer(h_.at(check).addr, check) && h_.at(act).addr == h_.at(check).addr) {
    return "lazy-init";
  }
  const trace::Event& e = h_.at(check);
  if (waits_between(check, act)) return "check-then-act";
  const bool number = found && *found != 0 && e.size > 1 && e.size <= 8 && h_.at(act).addr == e.addr && done &&
                      !namer_.block(*found) && !namer_.block(*done);
  if (asks_for_any(check) || counts(act)) return "check-then-act";
  // What the program itself reads as a value, wherever it lies, is no business of a container's.
  const auto frames = namer_.frames(e.stack);
  const bool inside = namer_.library_part(e.addr, check) && (frames.empty() || frames[0].library);
  return number && !inside ? "time-of-check-to-time-of-use" : "check-then-act";
}

void Failure::add(std::uint64_t addr, std::string_view pattern, Index first, Index turn, Index second) {
  const Index seen = failing_access(addr);
  Triple t;
  t.diagnosis.pattern = pattern;
  t.diagnosis.objects = {addr};
  t.diagnosis.first = first;
  t.diagnosis.turn = turn;
  t.diagnosis.second = second;
  t.seen_by_failure = seen == kNone ? 0 : seen + 1;
  found_.push_back(t);
}

// The last write of another thread that an atomic read might have seen and did not.
Index Failure::unseen_write(const std::vector<Index>& list, Index read) const {
  if ((h_.at(read).flags & protocol::kFlagStale) == 0) return kNone;
  Index unseen = kNone;
  for (const Index w : list) {
    if (w >= read) break;
    const bool newer = h_.at(read).reads_from == kNone || w > h_.at(read).reads_from;
    if (newer && trace::is_write(h_.at(w).op) && succeeded(h_.at(w)) && h_.at(w).thread != h_.at(read).thread)
      unseen = w;
  }
  return unseen;
}

// A compare-exchange that succeeds on the value that its thread loaded before, although that value is another
// store's now.
void Failure::aba_at(const std::vector<Index>& list, std::size_t k) {
  const trace::Event& exchange = h_.at(list[k]);
  for (std::size_t n = k; n-- > 0;) {
    const trace::Event& load = h_.at(list[n]);
    if (load.thread != exchange.thread) continue;
    if (load.op != Op::kLoad || load.value != exchange.aux || exchange.reads_from == kNone) return;
    const trace::Event& source = h_.at(exchange.reads_from);
    if (load.reads_from != exchange.reads_from && source.thread != exchange.thread) {
      add(exchange.addr, "aba", list[n], exchange.reads_from, list[k]);
    }
    return;
  }
}

void Failure::triples_at(std::uint64_t addr) {
  const std::vector<Index>& list = h_.accesses(addr);
  for (std::size_t k = 0; k < list.size(); ++k) {
    const Index second = list[k];
    if (h_.at(second).op == Op::kCas && succeeded(h_.at(second))) aba_at(list, k);
    const std::uint16_t thread = h_.at(second).thread;
    // Back over the others' writes to this thread's previous access.
    Index turn = kNone, first = kNone, passed = kNone;
    std::size_t at = k;
    while (at-- > 0) {
      const trace::Event& e = h_.at(list[at]);
      if (e.thread == thread) {
        first = list[at];
        break;
      }
      if (passed == kNone) passed = list[at];
      if (trace::is_write(e.op) && succeeded(e)) turn = list[at];
    }
    if (first != kNone && turn == kNone && passed != kNone) {
      // Nobody was seen to write, yet there is another value: code that is not instrumented did, for the thread that
      // touched the object in between.
      const auto before = h_.value(first), now = h_.value(second);
      if (before && now && *before != *now && trace::is_read(h_.at(second).op)) turn = passed;
    }
    if (first != kNone && turn == kNone) turn = unseen_write(list, first);
    if (first == kNone || turn == kNone || !trace::is_read(h_.at(first).op)) continue;
    const trace::Event& last = h_.at(second);
    const bool plain_write = last.op == Op::kStore || last.op == Op::kPlainWrite;
    if (last.op == Op::kPlainWrite && !same_line(first, second) && is_compound(second) &&
        !trace::is_write(h_.at(first).op)) {  // Clang tells of the write alone, where the line reads anew
      add(addr, act_pattern(first, second), first, turn, second);
    } else if (plain_write && !trace::is_write(h_.at(first).op)) {
      add(addr, lost_update_pattern(first, second), first, turn, second);
    } else if (trace::is_read(last.op) && !trace::is_write(h_.at(first).op) && !same_line(first, second)) {
      // It read again, and what it had found out before is not so any more. An act follows, or only a use.
      const Index act = trace::is_write(last.op) && succeeded(last) ? second : act_after(second);
      if (act == second && last.op == Op::kRmw && !in_condition(first)) {
        add(addr, lost_update_pattern(first, second), first, turn, second);
      } else if (act == second) {
        add(addr, "check-then-act", first, turn, second);
      } else if (act != kNone) {
        add(addr, act_pattern(first, act), first, turn, act);
      } else if (thread == bug_.thread) {
        add(addr,
            asks_for_any(first) || waits_between(first, second) ? "check-then-act" : "time-of-check-to-time-of-use",
            first, turn, second);
      }
    }
  }
}

Diagnosis Failure::diagnose() {
  for (const std::uint64_t addr : h_.shared()) triples_at(addr);
  // Those on what the failing thread looked at last explain most; of equals, a write that was lost.
  const auto rank = [&](const Triple& t) {
    return t.diagnosis.pattern == "aba"                                                                       ? 3
           : !trace::is_write(h_.at(t.diagnosis.second).op)                                                   ? 0
           : t.diagnosis.pattern == "check-then-act" || t.diagnosis.pattern == "time-of-check-to-time-of-use" ? 1
                                                                                                              : 2;
  };
  const auto best = std::max_element(found_.begin(), found_.end(), [&](const Triple& a, const Triple& b) {
    if (a.seen_by_failure != b.seen_by_failure) return a.seen_by_failure < b.seen_by_failure;
    return rank(a) < rank(b);
  });
  // The bug is sought in a plain interleaving first: what needs a read of an old value is a matter of order alone.
  const bool old = best != found_.end() && best->diagnosis.turn < best->diagnosis.first;
  if (old || (best != found_.end() && best->diagnosis.pattern != "aba" && stale_read().second != kNone)) {
    if (auto torn = torn_access(h_, bug_, namer_)) return *torn;
  }
  if (best != found_.end() && !old && best->diagnosis.pattern != "aba") {
    if (Diagnosis stale = stale_read(); stale.second != kNone) return stale;
  }
  if (old && best->diagnosis.pattern != "aba") {
    Diagnosis stale;
    stale.pattern = "missing-fence";
    stale.objects = best->diagnosis.objects;
    stale.second = best->diagnosis.first;
    stale.first = best->diagnosis.turn;
    return stale;
  }
  if (best != found_.end() && rank(*best) > 0) return best->diagnosis;
  // A use alone, without an act, is the weakest of explanations.
  if (auto torn = torn_access(h_, bug_, namer_)) return *torn;
  Diagnosis d = stale_read();
  if (d.second != kNone) return d;
  if (auto held = lock_across_io(h_, bug_)) return *held;
  if (best != found_.end()) return best->diagnosis;
  if (auto slept = sleep_polling(h_, bug_, namer_)) return *slept;
  if (auto forgotten = forgotten_await(h_, bug_, namer_)) return *forgotten;
  if (auto forgotten = future_not_asked(h_, bug_, namer_)) return *forgotten;
  // Nothing to see but what the failing thread looked at last.
  for (Index i = h_.size(); i-- > 0 && d.objects.size() < 2;) {
    const trace::Event& e = h_.at(i);
    if (e.thread != bug_.thread || !trace::is_read(e.op) || !h_.is_shared(e.addr)) continue;
    if (std::find(d.objects.begin(), d.objects.end(), e.addr) == d.objects.end()) d.objects.push_back(e.addr);
  }
  return d;
}

// A read of an old value, where the newest was written already.
Diagnosis Failure::stale_read() const {
  Diagnosis d;
  for (Index i = h_.size(); i-- > 0;) {
    const trace::Event& e = h_.at(i);
    if ((e.flags & protocol::kFlagStale) == 0 || !trace::is_read(e.op)) continue;
    d.pattern = "missing-fence";
    d.objects = {e.addr};
    d.second = i;
    for (const Index w : h_.accesses(e.addr)) {
      if (w < i && trace::is_write(h_.at(w).op) && h_.at(w).thread != e.thread && w != e.reads_from) d.first = w;
    }
    return d;
  }
  // Or a store that takes its place before others that ran earlier.
  for (Index i = h_.size(); i-- > 0;) {
    const trace::Event& e = h_.at(i);
    if ((e.flags & protocol::kFlagMoNotLast) == 0 || !trace::is_write(e.op)) continue;
    d.pattern = "missing-fence";
    d.objects = {e.addr};
    d.second = i;
    for (const Index w : h_.accesses(e.addr)) {
      if (w < i && trace::is_write(h_.at(w).op) && h_.at(w).thread != e.thread) d.first = w;
    }
    return d;
  }
  return d;
}

}  // namespace

Diagnosis diagnose_failure(const History& h, const trace::Bug& bug, names::Namer& namer) {
  return Failure(h, bug, namer).diagnose();
}

Diagnosis diagnose(const History& h, const trace::Bug& bug, names::Namer& namer) {
  if (bug.cycle_event != kNone) return diagnose_cycle(h, bug);
  switch (bug.kind) {
    case Kind::kDeadlock:
      return diagnose_deadlock(h, bug, namer);
    case Kind::kDataRace:
      return diagnose_race(h, bug, namer);
    case Kind::kLockOrder:
      return diagnose_lock_order(h, bug);
    case Kind::kAssertion:
    case Kind::kUncaughtException:
    case Kind::kCrash:
    case Kind::kExitStatus: {
      Diagnosis d = diagnose_failure(h, bug, namer);
      if (bug.kind == Kind::kCrash && bug.addr > 4096 && d.objects.empty()) d.objects = {bug.addr};
      return d;
    }
    case Kind::kUseAfterFree:
    case Kind::kDoubleFree: {
      Diagnosis d;
      if (bug.addr != 0) d.objects = {bug.addr};
      const trace::HeapBlock* block = namer.block(bug.addr);
      bool destroyed = false;
      if (bug.kind == Kind::kUseAfterFree && block && block->freed &&
          by_container(block->free_stack, namer, &destroyed) && !destroyed) {
        d.pattern = "iterator-invalidation";
        return d;
      }
      // Who freed it had looked whether anybody uses it, or who uses it said so and looked whether it is still there;
      // and had not seen what was there already.
      const auto announced = [&](Index look) {
        for (Index i = 0; i < look; ++i) {
          const bool says = h.at(i).thread == bug.thread && trace::is_write(h.at(i).op) && h.is_shared(h.at(i).addr);
          if (!says || h.at(i).order == protocol::Order::kNotAtomic || h.at(i).addr == h.at(look).addr) continue;
          for (const Index k : h.accesses(h.at(i).addr)) {
            if (h.at(k).thread == block->free_thread && trace::is_read(h.at(k).op) && k < block->free_event)
              return true;
          }
        }
        return false;
      };
      for (Index i = h.size(); block && i-- > 0;) {
        const trace::Event& e = h.at(i);
        if ((e.flags & protocol::kFlagStale) == 0 || !trace::is_read(e.op)) continue;
        const bool looked = i < block->free_event && e.thread == block->free_thread;
        const bool used = e.thread == bug.thread && h.value(i) && namer.block(*h.value(i)) == block && announced(i);
        if (!looked && !used) continue;
        d.pattern = "missing-fence";
        d.objects.push_back(e.addr);
        d.second = i;
        for (const Index w : h.accesses(e.addr)) {
          if (w < i && trace::is_write(h.at(w).op) && h.at(w).thread != e.thread && w != e.reads_from) d.first = w;
        }
        break;
      }
      return d;
    }
    default: {
      Diagnosis d;
      if (bug.addr != 0) d.objects = {bug.addr};
      const trace::HeapBlock* block = namer.block(bug.addr);
      if (bug.kind == Kind::kLeak && block) d.coroutine = coroutine_of(block->alloc_stack, namer);
      if (!d.coroutine.empty()) d.pattern = "forgotten-await";
      return d;
    }
  }
}

}  // namespace lockstep::explain
