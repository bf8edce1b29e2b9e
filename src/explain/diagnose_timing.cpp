// Programs that rely on time: a sleep in place of synchronisation, a lock held across one.
#include <algorithm>

#include "explain/diagnosis.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

bool tries_in_time(Op op) {
  return op == Op::kTryLock || op == Op::kTimedLock || op == Op::kTryReadLock || op == Op::kTimedReadLock ||
         op == Op::kTryWriteLock || op == Op::kTimedWriteLock;
}

// Orders something by more than time.
bool waits(const trace::Event& e) {
  return trace::is_wait(e.op) || e.op == Op::kThreadJoin || e.op == Op::kCondWake || e.op == Op::kFutexWoken;
}

}  // namespace

// `before` stands for the failing or racing read: is there a sleep in its thread, and nothing since that waits?
Index sleeps_before(const History& h, Index before, names::Namer& namer) {
  const std::uint16_t thread = h.at(before).thread;
  for (Index i = before; i-- > 0;) {
    const trace::Event& e = h.at(i);
    if (e.thread != thread) continue;
    if (waits(e)) return kNone;
    if (e.op == Op::kSleep)
      return namer.place(e.stack).function == namer.place(h.at(before).stack).function ? i : kNone;
  }
  return kNone;
}

// Of what the failing thread looks at, two other threads did their parts in the wrong order: one slept to be the
// second, and was the first all the same.
static std::optional<Diagnosis> slept_for_another(const History& h, Index read, names::Namer& namer) {
  const auto& threads = h.execution().threads;
  // The characters of a string, the elements of a container count as the whole.
  const auto whole = [&](Index i) {
    const std::string name = namer.object(h.at(i).addr, i);
    return name.substr(0, name.find('['));
  };
  const std::string object = whole(read);
  for (Index s = 0; s < h.size(); ++s) {
    const std::uint16_t sleeper = h.at(s).thread;
    if (h.at(s).op != Op::kSleep || sleeper == h.at(read).thread) continue;
    Index use = kNone;
    for (Index i = s + 1; i < read && use == kNone; ++i) {
      const trace::Event& e = h.at(i);
      if (e.thread != sleeper) continue;
      if (waits(e)) break;
      if (trace::is_write(e.op) && whole(i) == object) use = i;
    }
    for (std::uint16_t t = 0; t < h.execution().thread_count() && use != kNone; ++t) {
      if (t == sleeper || t == h.at(read).thread || threads[t].create_event == protocol::kNone) continue;
      if (threads[t].create_event > s) continue;
      Index late = kNone;
      for (Index i = threads[t].create_event; i < read && late == kNone; ++i) {
        const trace::Event& e = h.at(i);
        if (e.thread == t && trace::is_write(e.op) && whole(i) == object) late = i;
      }
      if (late == kNone || late < use) continue;
      Diagnosis d;
      d.pattern = "sleep-polling";
      d.objects = {h.at(read).addr};
      d.turn = s;
      d.second = use;
      d.waiting = {sleeper, t};
      return d;
    }
  }
  return std::nullopt;
}

std::optional<Diagnosis> sleep_polling(const History& h, const trace::Bug& bug, names::Namer& namer) {
  const auto& threads = h.execution().threads;
  const Index read = h.last(bug.thread, h.size(), [&](const trace::Event& e) {
    return trace::is_read(e.op) && !trace::is_write(e.op) && !namer.internal(e.addr);
  });
  if (read == kNone) return std::nullopt;
  const Index slept = sleeps_before(h, read, namer);
  if (slept == kNone) return slept_for_another(h, read, namer);
  // Somebody is late: a thread that was there before the sleep has not come to its end, or writes only afterwards.
  std::uint16_t late = protocol::kNoThread;
  for (const Index w : h.accesses(h.at(read).addr)) {
    if (w > read && trace::is_write(h.at(w).op) && h.at(w).thread != bug.thread) late = h.at(w).thread;
  }
  for (std::uint16_t t = 0; t < h.execution().thread_count() && late == protocol::kNoThread; ++t) {
    const bool there = t != bug.thread && threads[t].create_event != protocol::kNone && threads[t].create_event < slept;
    if (there && threads[t].state != protocol::ThreadState::kFinished && !threads[t].joined) late = t;
  }
  if (late == protocol::kNoThread) return std::nullopt;
  Diagnosis d;
  d.pattern = "sleep-polling";
  d.objects = {h.at(read).addr};
  d.turn = slept;
  d.second = read;
  d.waiting = {bug.thread, late};
  return d;
}

std::optional<Diagnosis> lock_across_io(const History& h, const trace::Bug& bug) {
  const Index tried =
      h.last(bug.thread, h.size(), [](const trace::Event& e) { return tries_in_time(e.op) && !succeeded(e); });
  if (tried == kNone) return std::nullopt;
  for (std::uint16_t t = 0; t < h.execution().thread_count(); ++t) {
    if (t == bug.thread) continue;
    for (const History::Hold& hold : h.holds(t)) {
      if (hold.lock != h.at(tried).addr || hold.acquired > tried || (hold.released != kNone && hold.released < tried)) {
        continue;
      }
      const trace::Thread& holder = h.execution().threads[t];
      if (hold.released == kNone && holder.wait_op == Op::kSleep && holder.state != protocol::ThreadState::kFinished) {
        Diagnosis d;
        d.pattern = "lock-across-io";
        d.objects = {hold.lock};
        d.first = hold.acquired;
        d.second = tried;
        d.waiting = {bug.thread, t};
        return d;
      }
      for (Index i = hold.acquired; i < h.size() && i < hold.released; ++i) {
        if (h.at(i).thread != t || h.at(i).op != Op::kSleep) continue;
        Diagnosis d;
        d.pattern = "lock-across-io";
        d.objects = {hold.lock};
        d.first = hold.acquired;
        d.turn = i;
        d.second = tried;
        d.waiting = {bug.thread, t};
        return d;
      }
    }
  }
  return std::nullopt;
}

}  // namespace lockstep::explain
