#include <algorithm>
#include <optional>
#include <set>

#include "explain/blocked_loop.h"
#include "explain/diagnosis.h"
#include "explain/library_call.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::kNoThread;
using protocol::Op;

bool waits_for_notification(Op op) { return trace::is_wait(op) && op != Op::kBarrierWait; }

// The last notification of an object since the thread went to sleep; or else the last one that reached nobody, or any.
Index lost_notification(const History& h, std::uint64_t object, Index slept) {
  Index any = kNone, lost = kNone, since = kNone;
  for (Index i = 0; i < h.size(); ++i) {
    const trace::Event& e = h.at(i);
    if (e.addr != object || !trace::is_notify(e.op)) continue;
    any = i;
    if (slept != kNone && i > slept) since = i;
    const bool nobody = (e.op == Op::kNotifyOne && e.other == kNoThread) || (e.op == Op::kNotifyAll && e.aux == 0) ||
                        (e.op == Op::kFutexWake && e.result == 0);
    if (nobody) lost = i;
  }
  return since != kNone ? since : lost != kNone ? lost : any;
}

using Wish = Diagnosis::Wish;
using Sleep = Diagnosis::Sleep;

// The last value of an object; none if nothing is known.
std::optional<std::uint64_t> last_value(const History& h, std::uint64_t addr) {
  const std::vector<Index>& list = h.accesses(addr);
  for (auto i = list.rbegin(); i != list.rend(); ++i) {
    if (const auto v = h.value(*i); v && (h.at(*i).flags & protocol::kFlagStale) == 0) return v;
  }
  return std::nullopt;
}

// A latch is waited for until it is 0, a semaphore while it has no permits, a barrier until all are there.
Wish wish_of_library(const History& h, const trace::Thread& t, names::Namer& namer) {
  const auto call = library_call(h.execution(), t.stack, namer);
  if (!call) return Wish::kUnknown;
  const auto now = last_value(h, t.wait_addr);
  if (call->function.starts_with("std::latch::")) return now && *now == 0 ? Wish::kMet : Wish::kUnmet;
  if (call->function.starts_with("std::counting_semaphore::")) return now && *now != 0 ? Wish::kMet : Wish::kUnmet;
  if (call->function.starts_with("std::barrier::")) return Wish::kUnmet;
  return Wish::kUnknown;
}

// What a thread has read since it took the mutex (or woke) and before it went to sleep: the predicate's objects.
std::vector<Index> predicate_reads(const History& h, const Sleep& s, names::Namer& namer) {
  std::vector<Index> out;
  const std::uint64_t mutex = h.execution().threads[s.thread].wait_mutex;
  for (Index i = s.slept + 1; i-- > 0 && out.size() < 8;) {
    const trace::Event& e = h.at(i);
    if (e.thread != s.thread || (i == s.slept && trace::is_wait(e.op))) continue;
    if (trace::is_wait(e.op) || e.op == Op::kCondWake || (trace::is_acquire(e.op) && e.addr == mutex)) break;
    if (trace::is_read(e.op) && !namer.internal(e.addr, i)) out.push_back(i);
  }
  return out;
}

// The predicate of a condition wait, by the values that it read and those that are there now. It counts as unmet where
// nothing has changed, unless it did hold for a while and nobody who wants the same has used that up.
void judge_condition(const History& h, Sleep* s, names::Namer& namer) {
  const std::uint64_t object = h.execution().threads[s->thread].wait_addr;
  const std::vector<Index> reads = predicate_reads(h, *s, namer);
  if (reads.empty()) return;
  bool changed = false, used_up = true;
  for (const Index r : reads) {
    const auto seen = h.value(r), now = last_value(h, h.at(r).addr);
    if (!seen || !now) {
      s->wish = Wish::kUnknown;
      return;
    }
    if (s->condition == 0 && h.is_shared(h.at(r).addr)) s->condition = h.at(r).addr;
    std::optional<std::uint64_t> before;
    for (const Index w : h.accesses(h.at(r).addr)) {
      const trace::Event& e = h.at(w);
      if (!trace::is_write(e.op) || !succeeded(e)) continue;
      const auto v = h.value(w);
      if (before && v && *v == *before && *v != *seen && e.thread != s->thread) s->merged = w;
      before = v;
      if (e.thread == s->thread) continue;
      if (*now != *seen) {
        changed = true;
        if (w > s->slept && (s->change == kNone || w > s->change)) s->change = w;
        continue;
      }
      if (w > s->slept) continue;
      // It was another value once: who brought the old one back, and does that thread wait for the same?
      if (!v || *v != *seen) {
        used_up = false;
        continue;
      }
      const Index waited = h.last(e.thread, h.size(), [&](const trace::Event& x) {
        const bool sleeps = x.op == Op::kCondWait || x.op == Op::kCondTimedWait || x.op == Op::kCondWake;
        return sleeps && x.addr == object;
      });
      const bool same_code = namer.place(e.stack).function == namer.place(h.at(s->slept).stack).function;
      if (waited != kNone || same_code) used_up = true;
    }
  }
  s->wish = changed ? Wish::kMet : used_up ? Wish::kUnmet : Wish::kUnknown;
}

// It was woken, and what it waits for held when it was notified; but somebody undid that before it looked.
void judge_wakeup(const History& h, Sleep* s, names::Namer& namer) {
  const trace::Thread& thread = h.execution().threads[s->thread];
  const std::uint64_t object = thread.wait_addr;
  // Its last complete sleep: from the wait to the mutex.
  Index woke = kNone, waited = kNone;
  for (Index i = h.size(); i-- > 0 && waited == kNone;) {
    const trace::Event& e = h.at(i);
    if (e.thread != s->thread) continue;
    if (trace::is_acquire(e.op) && e.addr == thread.wait_mutex && succeeded(e)) woke = i;
    const bool sleeps = e.op == Op::kCondWait || e.op == Op::kCondTimedWait;
    if (woke != kNone && sleeps && e.addr == object) waited = i;
  }
  if (waited == kNone) return;
  Index notified = kNone;
  for (Index n = woke; n-- > waited && notified == kNone;) {
    const trace::Event& e = h.at(n);
    if (e.addr == object && trace::is_notify(e.op) && (e.op != Op::kNotifyOne || e.other == s->thread)) notified = n;
  }
  if (notified == kNone) return;
  for (Index r = woke + 1; r < h.size(); ++r) {
    const trace::Event& read = h.at(r);
    if (read.thread != s->thread) continue;
    if (trace::is_wait(read.op)) break;
    if (!trace::is_read(read.op) || namer.internal(read.addr, r)) continue;
    std::optional<std::uint64_t> before;
    for (const Index w : h.accesses(read.addr)) {
      if (w > r || !trace::is_write(h.at(w).op)) continue;
      const auto v = h.value(w), seen = h.value(r);
      if (w < notified) before = v;
      if (w > notified && h.at(w).thread != s->thread && before && seen && v && *before != *seen && *v != *before) {
        s->undone = s->undone == kNone || w < s->undone ? w : s->undone;
        s->woken_by = notified;
      }
    }
  }
}

}  // namespace

Diagnosis diagnose_deadlock(const History& h, const trace::Bug& bug, names::Namer& namer) {
  Diagnosis d;
  const auto& threads = h.execution().threads;
  const auto blocked = [&](std::uint16_t t) {
    return t < threads.size() && threads[t].state == protocol::ThreadState::kBlocked;
  };
  std::vector<std::uint16_t> all;
  for (std::uint16_t t = 0; t < h.execution().thread_count(); ++t) {
    if (blocked(t)) all.push_back(t);
  }
  // The one who hit it comes first, threads that only join others last: they explain nothing.
  std::stable_sort(all.begin(), all.end(), [&](std::uint16_t a, std::uint16_t b) {
    const auto rank = [&](std::uint16_t t) {
      return threads[t].wait_op == Op::kThreadJoin ? 2 : t == bug.thread ? 0 : 1;
    };
    return rank(a) < rank(b);
  });

  if (auto leaked = leaked_lock(h, namer)) return *leaked;
  // A cycle in the wait-for graph.
  for (const std::uint16_t start : all) {
    std::vector<std::uint16_t> path;
    std::uint16_t t = start;
    while (blocked(t) && std::find(path.begin(), path.end(), t) == path.end()) {
      path.push_back(t);
      t = h.holder(t);
    }
    const auto entry = std::find(path.begin(), path.end(), t);
    if (entry == path.end()) continue;
    path.erase(path.begin(), entry);
    d.waiting = path;
    // Named in the order in which the first of them came by them: what it holds, then what it waits for.
    std::rotate(path.begin(), path.end() - 1, path.end());
    bool locks_only = true;
    for (const std::uint16_t w : path) {
      if (threads[w].wait_addr != 0) d.objects.push_back(threads[w].wait_addr);
      locks_only &= trace::is_acquire(threads[w].wait_op);
    }
    if (path.size() == 1) {
      d.pattern = "self-deadlock";
    } else if (locks_only && std::set<std::uint64_t>(d.objects.begin(), d.objects.end()).size() > 1) {
      d.pattern = "lock-order-inversion";
    }
    return d;
  }

  d.open = true;
  // Somebody needs a lock whose holder is gone, or sleeps for a notification that only the one in need could give.
  for (const std::uint16_t t : all) {
    const trace::Thread& thread = threads[t];
    if (!trace::is_acquire(thread.wait_op)) continue;
    const std::uint16_t holder = h.holder(t);
    if (holder >= threads.size()) continue;
    if (threads[holder].state == protocol::ThreadState::kFinished) {
      d.pattern = "leaked-lock";
      d.waiting = {t, holder};
      d.objects = {thread.wait_addr};
      return d;
    }
    if (blocked(holder) && waits_for_notification(threads[holder].wait_op)) {
      d.pattern = "nested-monitor";
      d.waiting = {t, holder};
      d.objects = {thread.wait_addr, threads[holder].wait_addr};
      return d;
    }
  }
  // Of those that sleep, one whose wish has come true says most; one whose wish has not says nothing.
  std::vector<Sleep> sleeps;
  for (const std::uint16_t t : all) {
    const trace::Thread& thread = threads[t];
    if (!waits_for_notification(thread.wait_op)) continue;
    Sleep s;
    s.thread = t;
    s.slept =
        h.last(t, h.size(), [&](const trace::Event& e) { return trace::is_wait(e.op) && e.addr == thread.wait_addr; });
    s.wish = wish_of_library(h, thread, namer);
    // The wait that it is in now may not be recorded as an event yet.
    const Index last = h.last(t, h.size(), [](const auto&) { return true; });
    if (thread.wait_mutex != 0 && s.slept != kNone && last > s.slept) s.slept = last;
    const bool condition =
        thread.wait_op == Op::kCondWait || thread.wait_op == Op::kCondTimedWait || thread.wait_op == Op::kCondWake;
    if (s.slept == kNone && thread.wait_mutex != 0 && last != kNone) s.slept = last;
    if (condition && s.slept != kNone) {
      judge_condition(h, &s, namer);
      judge_wakeup(h, &s, namer);
    }
    sleeps.push_back(s);
  }
  std::stable_sort(sleeps.begin(), sleeps.end(), [](const Sleep& a, const Sleep& b) {
    const auto rank = [](const Sleep& s) {
      return s.undone != kNone          ? 4
             : s.wish == Wish::kMet     ? 3
             : s.wish == Wish::kUnknown ? 2
             : s.merged != kNone        ? 1
                                        : 0;
    };
    return rank(a) > rank(b);
  });
  const bool missed = !sleeps.empty() && (sleeps[0].wish == Wish::kMet || sleeps[0].undone != kNone);
  if (!missed) {
    if (auto loop = blocked_loop(h, namer)) return *loop;
  }
  for (const Sleep& s : sleeps) {
    const std::uint16_t t = s.thread;
    const trace::Thread& thread = threads[t];
    d.sleeps = sleeps;
    d.waiting = {t};
    d.objects = {thread.wait_addr};
    if (s.undone != kNone) {
      d.turn = s.undone;
    } else if (s.wish == Wish::kUnmet) {
      d.turn = s.merged;
    } else {
      d.turn = lost_notification(h, thread.wait_addr, s.slept);
    }
    // What it waits for came about after it had gone to sleep, and nobody told it.
    const bool told_before = d.turn == kNone || (s.change != kNone && d.turn < s.slept);
    if (s.wish == Wish::kMet && s.undone == kNone && s.change != kNone && told_before) d.turn = s.change;
    if (d.turn == kNone && s.wish != Wish::kUnmet) {
      // A futex word that changed after the thread had gone to sleep on it, and nobody was woken.
      for (const Index w : h.accesses(thread.wait_addr)) {
        if (s.slept != kNone && h.at(s.slept).op == Op::kFutexWait && w > s.slept && trace::is_write(h.at(w).op) &&
            h.at(w).thread != t) {
          d.turn = w;
        }
      }
    }
    if (d.turn != kNone) d.pattern = "lost-wakeup";
    for (const std::uint16_t other : all) {
      if (other != t && threads[other].wait_addr == thread.wait_addr) d.waiting.push_back(other);
    }
    return d;
  }
  d.waiting = all;
  for (const std::uint16_t t : all) {
    const std::uint64_t object = threads[t].wait_addr;
    if (object != 0 && threads[t].wait_op != Op::kThreadJoin &&
        std::find(d.objects.begin(), d.objects.end(), object) == d.objects.end()) {
      d.objects.push_back(object);
    }
  }
  return d;
}

}  // namespace lockstep::explain
