// Fair schedules under which a program may go round for ever: livelock and starvation.
//
// Plain interleavings (newest stores, the longest waiter is notified) in which every thread that can run runs again
// and again; after Musuvathi and Qadeer, "Fair Stateless Model Checking" (PLDI 2008), but instead of one fair scheduler
// a small family of them, because starvation needs schedules that are fair and unkind: threads take turns, and a turn
// ends
//   - when the thread is blocked (sequential: how the program ends, and what it comes by; nothing is judged there), or
//   - after 1, 2, 3 steps (everybody in lockstep: polite threads and back-off loops never get out of step), or
//   - when the thread is back at its *gate*, one call site of the program (readers that always stop just before they
//     unlock overlap for ever; neighbours that always stop while they eat starve the one in the middle).
// Gates are tried for all threads at once and, at random but with a fixed seed, for each thread its own. Who has found
// a mutex taken when it was its turn gets it before those who come later, so nobody starves for want of it alone. Time
// passes only when nobody else can go on, or after so many steps of the others that a thread that polls does not stop
// the clock.
//
// Where the state of the program repeats (found in the manner of Brent: compared with one earlier state, which is
// replaced at steps 32, 64, 128, …), detect/cycle.h judges the steps between. A finding is run a second time to begin
// the cycle as early as possible; the state must come back there as well, after the same steps.
//
// Where the state does not come back because something counts along, threads that keep step in vain for a thousand
// rounds are a livelock too (keeps_step).
//
// A program in which no thread comes by one place several times has no cycles; then a few executions are all.
#include <new>

#include "detect/cycle.h"
#include "detect/library.h"
#include "explore/explorer.h"
#include "program/objects.h"
#include "program/program.h"

namespace lockstep::runtime {
namespace {

using cycle::Verdict;

class Fair final : public Explorer {
 public:
  void configure(bool ends) {
    ends_ = ends;
    schedule_ = 0;
    looks_ = kLook;
    loops_ = false;
    place_count_ = gate_count_ = 0;
  }

  void begin(u64, u64) override {
    cycle::reset();
    step_ = 0;
    anchor_step_ = kNever32;
    next_anchor_ = kFirstAnchor;
    judged_ = compared_ = 0;
    too_deep_ = false;
    current_ = protocol::kNoThread;
    turn_steps_ = 0;
    last_time_passed_ = 0;
    round_begin_ = kNever32;
    for (u32 i = 0; i < place_count_; ++i) places_[i].passed = 0;
    for (u32 i = 0; i < kMaxSeen; ++i) {
      queued_[i] = 0;
      before_[i] = entered_[i] = nullptr;
    }
    random_.reset(schedule_ + 1);
    for (u32& g : gates_) g = kNever32;
  }

  void parked(Thread& t) override {
    cycle::parked(t);
    too_deep_ |= cycle::stack_bytes(t) > kDeepest;
    if (t.id >= kMaxSeen) return;
    Place* p = place_of(t.id, cycle::site(t));
    if (!p) return;
    if (++p->passed >= kLoopPasses) loops_ = true;
    Op op = t.pending.op;
    bool waits = op == Op::kCondWait || op == Op::kCondTimedWait || op == Op::kCondWake;
    if (before_[t.id] && !waits) before_[t.id]->left = true;
    before_[t.id] = p;
    if (!waits) entered_[t.id] = p;
  }

  u32 thread(Thread* const* ready, u32 n, bool) override {
    if (!look(ready, n)) return kPrune;
    u32 pick = looks_ == kFollow && round_begin_ != kNever32 ? follow(ready, n) : choose(ready, n);
    if (pick == kPrune || !in_step(*ready[pick])) return kPrune;
    run(*ready[pick], ready, n);
    return pick;
  }

  bool only(Thread& t) override {
    Thread* ready[1] = {&t};
    if (!look(ready, 1)) return false;
    if (looks_ == kFollow && round_begin_ != kNever32 && follow(ready, 1) == kPrune) return false;
    if (!in_step(t)) return false;
    run(t, ready, 1);
    return true;
  }

  u32 choice(ChoiceKind kind, u32, Thread&) override {
    // Chance that may be better next time round; whom to notify and which store to read is settled.
    if (kind == ChoiceKind::kChoose) cycle::note_chance();
    return 0;
  }

  bool plain() const override { return true; }

  bool end(Outcome outcome) override {
    if (outcome == Outcome::kCompleted) ends_ = true;
    if (looks_ == kFound) {
      library::load_lock_algorithm();
      looks_ = kFollow;  // the same schedule again
      return true;
    }
    looks_ = kLook;
    ++schedule_;
    if (schedule_ == kLockstep + 1) {
      if (!loops_) return false;
      choose_gates();
    }
    return schedule_ < kLockstep + 1 + gate_count_ + (gate_count_ ? kMixed : 0);
  }

 private:
  static constexpr u32 kNever32 = ~u32{0};
  static constexpr u32 kLongest = 1500;  // steps of an execution
  static constexpr u32 kLongestSequential = 5000;
  static constexpr u32 kFirstAnchor = 32;
  static constexpr u32 kMostJudged = 24;      // cycles from one state
  static constexpr u32 kMostCompared = 64;    // states with one earlier one
  static constexpr u64 kDeepest = 256 << 10;  // bytes of stack: nobody goes round that deep
  static constexpr u32 kLongestPeriod = 64;   // steps of a round that nobody gets out of
  static constexpr u32 kMostBefore = 1000;    // steps that must have been periodic to look on
  static constexpr u32 kRoundsInStep = 1000;
  static constexpr u32 kLongestTurn = 64;  // steps
  static constexpr u32 kLockstep = 3;      // schedules 1, 2, 3: so many steps a turn; 0: sequential
  static constexpr u32 kMostGates = 16;
  static constexpr u32 kMixed = 16;  // schedules in which each thread has its own gate
  static constexpr u32 kLoopPasses = 3;
  static constexpr u32 kPatience = 128;  // steps without virtual time
  static constexpr u32 kMaxSeen = 64;    // threads with gates
  static constexpr u32 kMaxPlaces = 512;
  static_assert(kLongest < cycle::kMaxSteps);

  struct Place {
    u64 site;
    u32 passed;  // in this execution
    u32 most;    // in any
    u16 thread;
    bool left;  // the thread has gone on from here to something else than a wait on a condition variable
  };

  Place* place_of(u16 thread, u64 site) {
    for (u32 i = 0; i < place_count_; ++i) {
      if (places_[i].site == site && places_[i].thread == thread) {
        if (places_[i].passed >= places_[i].most) places_[i].most = places_[i].passed + 1;
        return &places_[i];
      }
    }
    if (place_count_ == kMaxPlaces) return nullptr;
    places_[place_count_] = {site, 0, 1, thread, false};
    return &places_[place_count_++];
  }

  // The same for all threads that pass them; those in loops first.
  void choose_gates() {
    gate_count_ = 0;
    for (bool in_loop : {true, false}) {
      for (u32 i = 0; i < place_count_ && gate_count_ < kMostGates; ++i) {
        if ((places_[i].most >= kLoopPasses) != in_loop) continue;
        bool there = false;
        for (u32 k = 0; k < gate_count_; ++k) there |= all_gates_[k] == places_[i].site;
        if (!there) all_gates_[gate_count_++] = places_[i].site;
      }
    }
  }

  // Has the thread ever gone on from where it sleeps now, or gone by without sleeping?
  bool has_gone_on(u16 thread) const {
    if (thread >= kMaxSeen) return false;
    return (before_[thread] && before_[thread]->left) || (entered_[thread] && entered_[thread]->left);
  }

  // ---- The search for equal states

  Verdict judge(u32 first, u32 last) {
    Verdict v = cycle::judge(first, last, ends_);
    // Somebody who waits for the end of a program that has none would be no news.
    if (!ends_ && v.sleeps && !has_gone_on(v.thread)) v = {};
    return v;
  }

  // Loops that count their attempts, print or ask a clock never come back to the same state. If everybody fails and
  // undoes what it did, in the same steps and for so many rounds, it is a livelock all the same: no program retries in
  // lockstep so often because it means to.
  bool keeps_step() {
    if (step_ == kLongest) {
      period_ = 0;
      for (u32 p = 1; p <= kLongestPeriod && !period_; ++p) {
        if (periodic_from(p) + kMostBefore <= kLongest) period_ = p;
      }
      if (!period_) return false;
      in_step_ = judge(kLongest - period_, kLongest);
      return in_step_.in_vain;
    }
    u32 first = periodic_from(period_);
    if (step_ - first < kRoundsInStep * period_) return true;
    cycle::report(in_step_, first, first + period_, cycle::decisions_before(first + period_));
  }

  // The step from which on every one is like the one a period later.
  static u32 periodic_from(u32 period) {
    u32 i = kLongest - period;
    while (i > 0 && cycle::signature(i - 1) == cycle::signature(i - 1 + period)) --i;
    return i;
  }

  // A step that does not fit ends it.
  bool in_step(const Thread& t) const {
    if (step_ < kLongest || schedule_ == 0) return true;
    u32 same = kLongest - period_ + (step_ - kLongest) % period_;
    return cycle::signature_of(t) == cycle::signature(same);
  }

  bool look(Thread* const*, u32) {
    if (schedule_ == 0) return step_ < kLongestSequential;
    if (too_deep_) return false;
    if (step_ >= kLongest) return schedule_ <= kLockstep && keeps_step();
    if (looks_ == kFollow) return look_for_round();
    u64 outline = cycle::outline();
    if (step_ == next_anchor_) {
      next_anchor_ *= 2;
      anchor_step_ = step_;
      anchor_outline_ = outline;
      anchor_ = cycle::state();
      judged_ = compared_ = 0;
      return true;
    }
    if (anchor_step_ == kNever32 || outline != anchor_outline_ || judged_ >= kMostJudged) return true;
    if (compared_ >= kMostCompared) return true;
    ++compared_;
    if (cycle::state() != anchor_) return true;
    ++judged_;
    Verdict v = judge(anchor_step_, step_);
    if (v.kind == protocol::Kind::kNone) return true;
    looks_ = kFound;
    round_ = step_ - anchor_step_;
    for (u32 i = 0; i < round_; ++i) order_[i] = cycle::ran(anchor_step_ + i);
    return false;
  }

  // The second time: the state is known, and who runs in which order.
  bool look_for_round() {
    if (round_begin_ == kNever32) {
      if (cycle::outline() == anchor_outline_ && cycle::state() == anchor_) round_begin_ = step_;
      return true;
    }
    if (step_ - round_begin_ < round_) return true;
    if (cycle::outline() != anchor_outline_ || cycle::state() != anchor_) return false;
    Verdict v = judge(round_begin_, step_);
    if (v.kind == protocol::Kind::kNone) return false;
    cycle::report(v, round_begin_, step_, program.segment->status.decision_count.load(std::memory_order_relaxed));
  }

  u32 follow(Thread* const* ready, u32 n) const {
    for (u32 i = 0; i < n; ++i) {
      if (ready[i]->id == order_[step_ - round_begin_]) return i;
    }
    return kPrune;
  }

  // ---- Whose turn it is

  void run(Thread& t, Thread* const* ready, u32 n) {
    if (t.id != current_) turn_steps_ = 0;
    current_ = t.id;
    if (t.id < kMaxSeen) queued_[t.id] = 0;
    ++turn_steps_;
    if (waits_for_time(t)) last_time_passed_ = step_;
    cycle::begin_step(step_++, t, ready, n);
  }

  static bool waits_for_time(const Thread& t) {
    if (t.deadline == kNever || t.deadline <= program.now() || t.woken) return false;
    if (!t.waits_for || t.sleeping) return true;
    switch (t.wait_op) {
      case Op::kTimedLock:
      case Op::kTimedWriteLock:
        return t.waits_for->owner || t.waits_for->readers.size;
      case Op::kTimedReadLock:
        return t.waits_for->owner;
      case Op::kSemTimedWait:
        return t.waits_for->count == 0;
      default:
        return true;
    }
  }

  static bool wants_mutex(const Thread& t) {
    return t.pending.op == Op::kLock && t.waits_for && t.waits_for->kind == ObjectKind::kMutex;
  }

  // When the thread's turn came and it found its mutex taken; 0: not yet.
  u32 queued(const Thread& t) const { return t.id < kMaxSeen ? queued_[t.id] : 0; }

  void queue_those_before(u32 distance_of_next) {
    for (u32 i = 0; i < program.thread_count() && i < kMaxSeen; ++i) {
      const Thread& t = program.thread(i);
      if (t.state == ThreadState::kFinished || !wants_mutex(t) || !t.waits_for->owner || queued_[i]) continue;
      if (distance(t) < distance_of_next) queued_[i] = step_ + 1;
    }
  }

  bool before_others(Thread* const* ready, u32 n, const Thread& t) const {
    if (!wants_mutex(t)) return true;
    for (u32 i = 0; i < n; ++i) {
      const Thread& other = *ready[i];
      if (!wants_mutex(other) || other.waits_for != t.waits_for || !queued(other)) continue;
      if (!queued(t) || queued(other) < queued(t)) return false;
    }
    return true;
  }

  bool turn_is_over(const Thread& t) {
    if (turn_steps_ >= kLongestTurn) return true;
    if (schedule_ == 0 || turn_steps_ == 0) return false;
    if (schedule_ <= kLockstep) return turn_steps_ >= schedule_;
    if (schedule_ <= kLockstep + gate_count_) return cycle::site(t) == all_gates_[schedule_ - kLockstep - 1];
    return cycle::site(t) == gate_of(t);
  }

  // A place that this thread passes, chosen when it is first asked for.
  u64 gate_of(const Thread& t) {
    if (t.id >= kMaxSeen) return 0;
    if (gates_[t.id] == kNever32) {
      u32 own = 0;
      for (u32 i = 0; i < place_count_; ++i) own += places_[i].thread == t.id;
      u32 which = own ? random_.below(own) : 0;
      gates_[t.id] = kMaxPlaces;
      for (u32 i = 0; i < place_count_; ++i) {
        if (places_[i].thread != t.id) continue;
        if (which-- == 0) gates_[t.id] = i;
      }
    }
    return gates_[t.id] < place_count_ ? places_[gates_[t.id]].site : 0;
  }

  // In the order of turns, from the current thread on.
  u32 distance(const Thread& t) const {
    u32 d = (t.id + protocol::kMaxThreads - (current_ == protocol::kNoThread ? 0 : current_)) % protocol::kMaxThreads;
    return d == 0 ? protocol::kMaxThreads : d;
  }

  u32 choose(Thread* const* ready, u32 n) {
    u32 best = kPrune;     // whose turn comes next in the order of numbers, from the current thread on
    u32 soonest = kPrune;  // of those that wait for time to pass
    for (u32 i = 0; i < n; ++i) {
      const Thread& t = *ready[i];
      if (waits_for_chance(t) || !before_others(ready, n, t)) continue;
      if (waits_for_time(t)) {
        bool sooner = soonest == kPrune || t.deadline < ready[soonest]->deadline ||
                      (t.deadline == ready[soonest]->deadline && distance(t) < distance(*ready[soonest]));
        if (sooner) soonest = i;
        continue;
      }
      if (t.id == current_ && !turn_is_over(t)) return i;
      if (best == kPrune || distance(t) < distance(*ready[best])) best = i;
    }
    if (best == kPrune) return soonest;
    queue_those_before(distance(*ready[best]));
    if (soonest != kPrune && step_ - last_time_passed_ >= kPatience) return soonest;
    return best;
  }

  enum Look : u8 {
    kLook,    // for any cycle
    kFound,   // one: this execution is given up
    kFollow,  // the same again, from its first beginning
  };

  bool ends_ = false;
  bool loops_ = false;
  Look looks_ = kLook;
  u32 schedule_ = 0;
  u32 step_ = 0;
  u32 anchor_step_ = 0, next_anchor_ = 0, judged_ = 0, compared_ = 0;
  bool too_deep_ = false;
  u64 anchor_ = 0, anchor_outline_ = 0;
  u32 period_ = 0;
  Verdict in_step_;
  u32 round_ = 0, round_begin_ = 0;
  u16 order_[kLongest];
  u16 current_ = 0;
  u32 turn_steps_ = 0;
  u32 last_time_passed_ = 0;
  u32 queued_[kMaxSeen];
  Place* before_[kMaxSeen];   // where each thread stood last
  Place* entered_[kMaxSeen];  // …and where before it waited
  u32 gates_[kMaxSeen];
  Place places_[kMaxPlaces];
  u32 place_count_ = 0;
  u64 all_gates_[kMostGates];
  u32 gate_count_ = 0;
  Random random_;
};

}  // namespace

// In memory shared across fork, as every explorer.
Explorer& fair_explorer(bool ends) {
  static Fair* one = nullptr;
  if (!one) one = new (reserve(sizeof(Fair), true)) Fair;
  one->configure(ends);
  return *one;
}

}  // namespace lockstep::runtime
