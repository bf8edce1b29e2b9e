#include "explain/blocked_loop.h"

#include <algorithm>
#include <set>
#include <vector>

#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;
using protocol::ThreadState;

struct UserFrame {
  std::string function;  // the outermost that was compiled into the frame
  std::uint64_t cfa;
};

std::vector<UserFrame> user_frames(const History& h, trace::Stack stack, names::Namer& namer) {
  std::vector<UserFrame> out;
  for (const trace::Frame& f : h.execution().stack(stack)) {
    if (f.pc == 0) continue;
    const auto& chain = namer.debug_info().at(f.pc - 1);
    const bool user = std::any_of(chain.begin(), chain.end(), [](const names::SourceFrame& x) { return !x.library; });
    if (user) out.push_back({chain.back().function, f.cfa});
  }
  return out;
}

// A critical section: from the lock to its unlock, or to a wait that gives it up.
struct Section {
  std::uint16_t thread;
  std::uint64_t mutex;
  Index begin, end;
  std::string function;
};

class Search {
 public:
  Search(const History& h, names::Namer& namer) : h_(h), namer_(namer) {
    for (std::uint16_t t = 0; t < h.execution().thread_count(); ++t) {
      for (const History::Hold& hold : h.holds(t)) {
        const Index end = hold.released == kNone ? h.size() : hold.released;
        sections_.push_back({t, hold.lock, hold.acquired, end, namer.place(h.at(hold.acquired).stack).function});
      }
    }
    std::sort(sections_.begin(), sections_.end(), [](const Section& a, const Section& b) { return a.begin < b.begin; });
  }

  std::optional<Diagnosis> run() {
    const auto& threads = h_.execution().threads;
    for (std::uint16_t t = 0; t < h_.execution().thread_count(); ++t) {
      if (threads[t].state != ThreadState::kBlocked || !trace::is_wait(threads[t].wait_op)) continue;
      if (auto found = of(t)) return found;
    }
    return std::nullopt;
  }

 private:
  bool notifies(const Section& s) const {
    // Within the section or right after it.
    const Index next = next_section_of(s);
    for (Index i = s.begin; i < next; ++i) {
      const trace::Event& e = h_.at(i);
      if (e.thread == s.thread && (trace::is_notify(e.op) || e.op == Op::kSemPost)) return true;
    }
    return false;
  }
  Index next_section_of(const Section& s) const {
    for (const Section& other : sections_) {
      if (other.thread == s.thread && other.begin > s.begin) return other.begin;
    }
    return h_.size();
  }
  std::set<std::uint64_t> touched(const Section& s, bool writes) const {
    std::set<std::uint64_t> out;
    for (Index i = s.begin; i < s.end && i < h_.size(); ++i) {
      const trace::Event& e = h_.at(i);
      if (e.thread != s.thread || (namer_.on_stack(e.addr) && !h_.is_shared(e.addr))) continue;
      if (writes ? trace::is_write(e.op) : trace::is_read(e.op)) out.insert(e.addr);
    }
    return out;
  }
  // The last section in which the thread took a job, seen from where it stands now.
  const Section* last_take(std::uint16_t t) const {
    const std::vector<UserFrame> now = user_frames(h_, h_.execution().threads[t].stack, namer_);
    const Section* last = nullptr;
    for (const Section& s : sections_) {
      if (s.thread != t || s.end >= h_.size() || notifies(s)) continue;
      const std::vector<UserFrame> then = user_frames(h_, h_.at(s.begin).stack, namer_);
      const bool shared = std::any_of(then.begin(), then.end(), [&](const UserFrame& f) {
        const auto same = std::find_if(now.begin(), now.end(),
                                       [&](const UserFrame& n) { return n.cfa == f.cfa && n.function == f.function; });
        return same != now.end() && same != now.begin();
      });
      if (shared && !touched(s, true).empty()) last = &s;
    }
    return last;
  }

  std::optional<Diagnosis> of(std::uint16_t t) const {
    const Section* take = last_take(t);
    if (!take) return std::nullopt;
    const std::set<std::uint64_t> read = touched(*take, false);
    const Section* put = nullptr;
    std::uint64_t queue = 0;
    for (const Section& s : sections_) {
      if (s.begin <= take->end || s.mutex != take->mutex || s.function == take->function) continue;
      if (!notifies(s)) continue;
      for (const std::uint64_t addr : touched(s, true)) {
        if (!read.count(addr) || !h_.is_shared(addr) || namer_.internal(addr)) continue;
        put = &s;
        if (queue == 0) queue = addr;
      }
    }
    if (!put) return std::nullopt;
    const auto& threads = h_.execution().threads;
    for (const Section& s : sections_) {
      if (s.thread == t || s.mutex != take->mutex || s.function != take->function) continue;
      const bool gone = threads[s.thread].state == ThreadState::kFinished;
      const bool same = threads[s.thread].state == ThreadState::kBlocked && trace::is_wait(threads[s.thread].wait_op) &&
                        last_take(s.thread);
      if (!gone && !same) return std::nullopt;
    }
    Diagnosis d;
    d.pattern = "blocked-loop";
    d.open = true;
    d.waiting = {t};
    d.objects = {queue, threads[t].wait_addr};
    for (Index i = put->begin; i < put->end; ++i) {
      if (h_.at(i).thread == put->thread && h_.at(i).addr == queue && trace::is_write(h_.at(i).op)) d.turn = i;
    }
    return d;
  }

  const History& h_;
  names::Namer& namer_;
  std::vector<Section> sections_;
};

}  // namespace

std::optional<Diagnosis> blocked_loop(const History& history, names::Namer& namer) {
  return Search(history, namer).run();
}

}  // namespace lockstep::explain
