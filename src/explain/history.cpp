#include "explain/history.h"

#include <algorithm>
#include <set>

#include "trace/vocabulary.h"

namespace lockstep::explain {

using protocol::Op;

bool succeeded(const trace::Event& e) { return (e.flags & (protocol::kFlagFailed | protocol::kFlagTimedOut)) == 0; }

History::History(const trace::Execution& execution) : execution_(execution), holds_(execution.threads.size()) {
  // A thread that is blocked in a lock at the end may have announced it as an event; it does not hold it.
  std::vector<Index> last(execution.threads.size(), kNone);
  for (Index i = 0; i < size(); ++i) last[at(i).thread] = i;

  const auto release = [&](std::uint16_t thread, std::uint64_t lock, Index i) {
    auto& holds = holds_[thread];
    for (auto h = holds.rbegin(); h != holds.rend(); ++h) {
      if (h->lock == lock && h->released == kNone) {
        h->released = i;
        return;
      }
    }
  };
  for (Index i = 0; i < size(); ++i) {
    const trace::Event& e = at(i);
    if (trace::is_read(e.op) || trace::is_write(e.op)) accesses_[e.addr].push_back(i);
    if (trace::is_acquire(e.op) && succeeded(e)) {
      const trace::Thread& t = execution.threads[e.thread];
      bool pending = last[e.thread] == i && t.state == protocol::ThreadState::kBlocked && t.wait_addr == e.addr &&
                     t.wait_op == e.op;
      const bool has_it = std::any_of(execution.held.begin(), execution.held.end(),
                                      [&](const trace::Held& x) { return x.addr == e.addr && x.thread == e.thread; });
      if (pending &&
          (has_it || t.wait_holder == e.thread)) {  // it waits for itself: the first time it did get the lock
        pending = std::any_of(holds_[e.thread].begin(), holds_[e.thread].end(),
                              [&](const Hold& h) { return h.lock == e.addr && h.released == kNone; });
      }
      if (!pending) holds_[e.thread].push_back({e.addr, i, kNone});
    } else if (trace::is_release(e.op)) {
      release(e.thread, e.addr, i);
    } else if (e.op == Op::kCondWait || e.op == Op::kCondTimedWait) {
      release(e.thread, e.aux, i);
    }
  }
  for (const auto& [addr, list] : accesses_) {
    std::set<std::uint16_t> threads;
    bool written = false;
    std::optional<std::uint64_t> before;
    for (const Index i : list) {
      threads.insert(at(i).thread);
      written |= trace::is_write(at(i).op);
      // Libraries that are not instrumented write too: another value than before is a write that was not seen.
      const auto now = value(i);
      written |= before && now && at(i).size == at(list.front()).size && *now != *before;
      if (now) before = now;
    }
    if (threads.size() > 1 && written) shared_.push_back(addr);
  }
}

const std::vector<Index>& History::accesses(std::uint64_t addr) const {
  static const std::vector<Index> kEmpty;
  const auto it = accesses_.find(addr);
  return it == accesses_.end() ? kEmpty : it->second;
}

bool History::is_shared(std::uint64_t addr) const { return std::binary_search(shared_.begin(), shared_.end(), addr); }

std::vector<History::Hold> History::held_during(Index i) const {
  std::vector<Hold> out;
  for (const Hold& h : holds_[at(i).thread]) {
    if (h.acquired < i && (h.released == kNone || h.released > i)) out.push_back(h);
  }
  return out;
}

std::vector<History::Hold> History::held_at_end(std::uint16_t thread) const {
  std::vector<Hold> out;
  if (thread >= holds_.size()) return out;
  for (const Hold& h : holds_[thread]) {
    if (h.released == kNone) out.push_back(h);
  }
  return out;
}

std::uint16_t History::holder(std::uint16_t waiter) const {
  const trace::Thread& w = execution_.threads[waiter];
  if (w.wait_holder != protocol::kNoThread || !trace::is_acquire(w.wait_op)) return w.wait_holder;
  // A lock that several threads hold, for reading.
  for (std::uint16_t t = 0, count = static_cast<std::uint16_t>(holds_.size()); t < count; ++t) {
    const auto held = held_at_end(t);
    const bool has_it = std::any_of(held.begin(), held.end(), [&](const Hold& h) { return h.lock == w.wait_addr; });
    if (t != waiter && has_it) return t;
  }
  // It may be its own hold that is in the way: an upgrade from reading to writing.
  const auto own = held_at_end(waiter);
  const bool has_it = std::any_of(own.begin(), own.end(), [&](const Hold& h) { return h.lock == w.wait_addr; });
  return has_it ? waiter : protocol::kNoThread;
}

std::optional<std::uint64_t> History::value(Index i) const {
  if (i == kNone || (at(i).flags & protocol::kFlagValue) == 0) return std::nullopt;
  return at(i).value;
}

}  // namespace lockstep::explain
