#include "explore/refine.h"

#include "explore/driver.h"
#include "explore/neighbours.h"

namespace lockstep::runtime {
namespace {

using protocol::Bug;
using protocol::Segment;

constexpr u64 kEvents = 300000;  // for each of the two searches
constexpr u64 kOverhead = 50;    // what one execution costs besides its events, in events
constexpr u64 kForkOverhead = 400;

// A simpler one has fewer of what comes first.
struct Size {
  u64 unusual;  // stale reads, spurious wakeups
  u64 preemptions;
  u64 events;
  bool operator<(const Size& o) const {
    if (unusual != o.unusual) return unusual < o.unusual;
    return preemptions != o.preemptions ? preemptions < o.preemptions : events < o.events;
  }
};

Size size_of(const Segment& segment) {
  Size size = {0, last_result().preemptions, last_result().events};
  u32 n = segment.status.decision_count.load(std::memory_order_relaxed);
  for (u32 i = 0; i < n; ++i) {
    ChoiceKind kind = segment.decisions[i].kind;
    bool odd = kind == ChoiceKind::kReadsFrom || kind == ChoiceKind::kStorePlace || kind == ChoiceKind::kSpurious;
    size.unusual += odd && segment.decisions[i].pick != 0;
  }
  return size;
}

void keep(Segment& segment, const Result& result) {
  u32 count = segment.status.decision_count.load(std::memory_order_relaxed);
  copy_bytes(segment.replay, segment.decisions, count * sizeof segment.replay[0]);
  segment.config.replay_count = count;
  segment.bugs[0] = result.found;
  segment.bugs[0].preemptions = result.preemptions;
  segment.status.bug_count = 1;
}

bool is_it(Outcome outcome, const Bug& bug) {
  const Bug& found = last_result().found;
  return outcome == Outcome::kBug && found.kind == bug.kind && found.signature == bug.signature;
}

u64 cost(const Segment& segment) { return last_result().events + (segment.status.forking ? kForkOverhead : kOverhead); }

// Takes neighbours with the same bug that are simpler, until none is. False: the execution is not what it was.
bool shrink(Segment& segment, const Bug& bug) {
  u64 events = 0;
  for (bool better = true; better;) {
    better = false;
    Explorer& around = neighbours_explorer(segment.replay, segment.config.replay_count);
    if (!is_it(one_execution(around, segment), bug)) return false;
    Size best = size_of(segment);
    for (Outcome outcome = Outcome::kBug; events < kEvents && !better && around.end(outcome);) {
      outcome = one_execution(around, segment);
      events += cost(segment);
      better = is_it(outcome, bug) && size_of(segment) < best;
    }
    if (better) keep(segment, last_result());
  }
  return true;
}

void find_passing(Segment& segment) {
  Explorer& around = neighbours_explorer(segment.replay, segment.config.replay_count);
  Outcome outcome = one_execution(around, segment);
  u64 tried = 0;
  bool more = false;
  for (u64 events = 0; events < kEvents && (more = around.end(outcome));) {
    outcome = one_execution(around, segment);
    events += cost(segment);
    if (outcome == Outcome::kCompleted || outcome == Outcome::kBug) ++tried;
    segment.status.executions = tried;
    if (outcome != Outcome::kCompleted) continue;
    segment.status.passes = true;
    return;
  }
  segment.status.complete = !more;
}

}  // namespace

void refine(Segment& segment) {
  Explorer& around = neighbours_explorer(segment.replay, segment.config.replay_count);
  if (one_execution(around, segment) != Outcome::kBug) return;
  Bug bug = last_result().found;
  keep(segment, last_result());
  if (shrink(segment, bug)) find_passing(segment);
}

}  // namespace lockstep::runtime
