// Two parts of one object of which a reader sees one from before and one from after another thread's change.
#include <algorithm>
#include <cstdlib>

#include "explain/diagnosis.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

// `pair` of `pair.low`, `slots` of `slots[2]`; empty for what is no part of anything.
std::string whole_of(const std::string& name) {
  const std::size_t at = name.find_last_of(".[");
  return at == std::string::npos || at == 0 ? std::string() : name.substr(0, at);
}

class Torn {
 public:
  Torn(const History& h, const trace::Bug& bug, names::Namer& namer) : h_(h), bug_(bug), namer_(namer) {}

  std::optional<Diagnosis> find() {
    // The failing thread's reads first, the latest first.
    for (const bool failing : {true, false}) {
      for (Index j = h_.size(); j-- > 0;) {
        if ((h_.at(j).thread == bug_.thread) != failing || !reads(j)) continue;
        if (auto found = with_second(j)) return found;
      }
    }
    return std::nullopt;
  }

 private:
  bool reads(Index i) const { return trace::is_read(h_.at(i).op) && !trace::is_write(h_.at(i).op); }

  // Looked at before and after: what guards the others (the sequence of a seqlock).
  bool reads_again(Index i) const {
    const auto& list = h_.accesses(h_.at(i).addr);
    return std::count_if(list.begin(), list.end(), [&](Index k) { return h_.at(k).thread == h_.at(i).thread; }) > 1;
  }

  // The reader's second look at an object that it read before the first part, and that the writer changes: what is
  // meant to tell whether the parts go together.
  Index guard_of(Index i, Index j) const {
    for (Index k = j + 1; k < h_.size(); ++k) {
      const trace::Event& e = h_.at(k);
      if (e.thread != h_.at(j).thread || !reads(k) || !h_.is_shared(e.addr)) continue;
      for (const Index n : h_.accesses(e.addr)) {
        if (n < i && h_.at(n).thread == e.thread && reads(n)) return k;
      }
    }
    return kNone;
  }

  // Separate variables count as one object if they lie side by side and nobody locks anything for them.
  bool parts_of_one(Index i, Index j) {
    const trace::Event &a = h_.at(i), &b = h_.at(j);
    const std::string first = namer_.object(a.addr, i), second = namer_.object(b.addr, j);
    const std::string whole = whole_of(first);
    if (!whole.empty()) return whole == whole_of(second) && first.back() != ']';
    if (!whole_of(second).empty() || namer_.block(a.addr)) return false;
    const std::uint64_t apart = a.addr > b.addr ? a.addr - b.addr : b.addr - a.addr;
    return apart == a.size && a.size == b.size && h_.held_during(i).empty() && h_.held_during(j).empty();
  }

  std::optional<Diagnosis> with_second(Index j) {
    const trace::Event& b = h_.at(j);
    int room = 6;
    for (Index i = j; i-- > 0 && room > 0;) {
      const trace::Event& a = h_.at(i);
      if (a.thread != b.thread) continue;
      if (trace::is_write(a.op) && h_.is_shared(a.addr)) break;
      if (!reads(i)) continue;
      --room;
      if (a.addr == b.addr || a.size != b.size || reads_again(i) || reads_again(j)) continue;
      const auto x = namer_.place(a.stack), y = namer_.place(b.stack);
      if (x.function != y.function || !parts_of_one(i, j)) continue;
      if ((a.flags | b.flags) & protocol::kFlagStale) continue;  // that is another fault
      if (auto found = between(i, j)) return found;
      if (auto found = half_written(i, j)) return found;
    }
    return std::nullopt;
  }

  // The first part is new; the writer stands in the function that wrote it and has not come to the second.
  std::optional<Diagnosis> half_written(Index i, Index j) {
    const trace::Event& a = h_.at(i);
    const Index written = a.reads_from;
    if (written == kNone || h_.at(written).thread == a.thread || a.size < 2) return std::nullopt;
    for (const Index w : h_.accesses(h_.at(j).addr)) {
      if (trace::is_write(h_.at(w).op) && h_.at(w).thread != a.thread) return std::nullopt;
    }
    const trace::Thread& writer = h_.execution().threads[h_.at(written).thread];
    if (writer.state == protocol::ThreadState::kFinished) return std::nullopt;
    const std::string function = namer_.place(h_.at(written).stack).function;
    if (function.empty() || function != namer_.place(writer.stack).function) return std::nullopt;
    if (whole_of(namer_.object(a.addr, i)).empty() && guard_of(i, j) == kNone) return std::nullopt;
    Diagnosis d;
    d.pattern = "torn-access";
    d.objects = {a.addr, h_.at(j).addr};
    d.first = i;
    d.second = j;
    d.turn = written;
    return d;
  }

  // Who writes both, one of them before the reader looked at it and the other after.
  std::optional<Diagnosis> between(Index i, Index j) {
    const trace::Event &a = h_.at(i), &b = h_.at(j);
    for (const Index wa : h_.accesses(a.addr)) {
      if (!trace::is_write(h_.at(wa).op) || h_.at(wa).thread == a.thread) continue;
      Index wb = kNone;  // the write of the other part that belongs to this one: the nearest
      for (const Index w : h_.accesses(b.addr)) {
        if (!trace::is_write(h_.at(w).op) || h_.at(w).thread != h_.at(wa).thread) continue;
        if (namer_.place(h_.at(w).stack).function != namer_.place(h_.at(wa).stack).function) continue;
        const auto far = [&](Index k) { return k > wa ? k - wa : wa - k; };
        if (wb == kNone || far(w) < far(wb)) wb = w;
      }
      if (wb == kNone || (wa < i) == (wb < j)) continue;
      Diagnosis d;
      d.pattern = "torn-access";
      d.objects = {a.addr, b.addr};
      d.first = i;
      d.second = j;
      d.turn = wa < i ? wa : wb < i ? wa : wb;
      // What makes the two disagree: the write that falls between the reads, or else the last one before them.
      for (const Index w : {wa, wb}) {
        if (w > i && w < j) d.turn = w;
      }
      return d;
    }
    return std::nullopt;
  }

  const History& h_;
  const trace::Bug& bug_;
  names::Namer& namer_;
};

}  // namespace

std::optional<Diagnosis> torn_access(const History& h, const trace::Bug& bug, names::Namer& namer) {
  return Torn(h, bug, namer).find();
}

}  // namespace lockstep::explain
