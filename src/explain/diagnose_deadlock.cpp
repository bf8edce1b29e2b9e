#include <algorithm>
#include <set>

#include "explain/diagnosis.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::kNoThread;
using protocol::Op;

bool waits_for_notification(Op op) { return trace::is_wait(op) && op != Op::kBarrierWait; }

// The last notification of an object that reached nobody, or else the last one that did not reach a thread that
// still waits.
Index lost_notification(const History& h, std::uint64_t object) {
  Index any = kNone, lost = kNone;
  for (Index i = 0; i < h.size(); ++i) {
    const trace::Event& e = h.at(i);
    if (e.addr != object || !trace::is_notify(e.op)) continue;
    any = i;
    const bool nobody = (e.op == Op::kNotifyOne && e.other == kNoThread) || (e.op == Op::kNotifyAll && e.aux == 0) ||
                        (e.op == Op::kFutexWake && e.result == 0);
    if (nobody) lost = i;
  }
  return lost != kNone ? lost : any;
}

}  // namespace

Diagnosis diagnose_deadlock(const History& h, const trace::Bug& bug) {
  Diagnosis d;
  const auto& threads = h.execution().threads;
  const auto blocked = [&](std::uint16_t t) {
    return t < threads.size() && threads[t].state == protocol::ThreadState::kBlocked;
  };
  std::vector<std::uint16_t> all;
  for (std::uint16_t t = 0, count = static_cast<std::uint16_t>(threads.size()); t < count; ++t) {
    if (blocked(t)) all.push_back(t);
  }
  // The one who hit it comes first, threads that only join others last: they explain nothing.
  std::stable_sort(all.begin(), all.end(), [&](std::uint16_t a, std::uint16_t b) {
    const auto rank = [&](std::uint16_t t) {
      return threads[t].wait_op == Op::kThreadJoin ? 2 : t == bug.thread ? 0 : 1;
    };
    return rank(a) < rank(b);
  });

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
  for (const std::uint16_t t : all) {
    const trace::Thread& thread = threads[t];
    if (!waits_for_notification(thread.wait_op)) continue;
    d.waiting = {t};
    d.objects = {thread.wait_addr};
    d.turn = lost_notification(h, thread.wait_addr);
    if (d.turn == kNone) {
      // A futex word that changed after the thread had gone to sleep on it, and nobody was woken.
      const Index slept = h.last(
          t, h.size(), [&](const trace::Event& e) { return e.op == Op::kFutexWait && e.addr == thread.wait_addr; });
      for (const Index w : h.accesses(thread.wait_addr)) {
        if (slept != kNone && w > slept && trace::is_write(h.at(w).op) && h.at(w).thread != t) d.turn = w;
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
