// Sampling explorers: random, PCT and POS. All choose stale reads as well as threads.
//
// POS (Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling", CAV 2018): each operation that is about to be done
// has a random priority and the highest goes first; those that conflict with it get new ones, so that what depends on
// an order is sampled anew and what does not is left alone. PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A
// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010): threads have random distinct
// priorities and the highest enabled one runs; at d-1 random steps the running one falls below all others. A bug of
// depth d among n threads and k steps is hit with probability at least 1/(n k^(d-1)). A thread that yields or sleeps
// again and again falls too, so that the others get on (fairness).
#include <new>

#include "explore/explorer.h"
#include "program/program.h"

namespace lockstep::runtime {
namespace {

// The usual outcome half of the time; a rare one must not need luck at every step.
u32 sample_choice(Random& random, ChoiceKind kind, u32 n) {
  switch (kind) {
    case ChoiceKind::kReadsFrom:
      return random.next() >> 63 ? 0 : random.below(n);
    case ChoiceKind::kStorePlace:
    case ChoiceKind::kSpurious:
      return random.next() >> 61 ? 0 : random.below(n);
    default:
      return random.below(n);
  }
}

class RandomWalk final : public Explorer {
 public:
  void begin(u64, u64 seed) override { random_.reset(seed); }
  u32 thread(Thread* const*, u32 n, bool) override { return random_.below(n); }
  u32 choice(ChoiceKind kind, u32 n, Thread&) override { return sample_choice(random_, kind, n); }
  bool end(Outcome) override { return true; }

 private:
  Random random_;
};

class Pct final : public Explorer {
 public:
  void begin(u64, u64 seed) override {
    random_.reset(seed);
    if (step_ > longest_) longest_ = step_;
    step_ = 0;
    lowest_ = u64{1} << 32;
    depth_ = 1 + random_.below(kMaxDepth);
    for (u32 i = 0; i + 1 < depth_; ++i) change_[i] = 1 + random_.below(longest_ ? static_cast<u32>(longest_) : 16);
    same_ = 0;
    yields_ = 0;
    last_ = nullptr;
  }

  void created(Thread& t) override { t.priority = (u64{1} << 33) + (random_.next() >> 32 << 8) + t.id % 256; }

  u32 thread(Thread* const* ready, u32 n, bool) override {
    ++step_;
    u32 best = highest(ready, n);
    bool gives_way = ready[best]->pending.op == Op::kYield || ready[best]->pending.op == Op::kSleep ||
                     ready[best]->deadline != kNever;
    yields_ = ready[best] != last_ ? 0 : yields_ + gives_way;
    bool polite = yields_ >= kPoliteness;
    bool change = false;
    for (u32 i = 0; i + 1 < depth_; ++i) change |= change_[i] == step_;
    same_ = ready[best] == last_ ? same_ + 1 : 0;
    if (polite || change || same_ > kPatience) {
      ready[best]->priority = --lowest_;
      best = highest(ready, n);
      same_ = 0;
      yields_ = 0;
    }
    last_ = ready[best];
    return best;
  }

  u32 choice(ChoiceKind kind, u32 n, Thread&) override { return sample_choice(random_, kind, n); }
  bool end(Outcome) override { return true; }

 private:
  static constexpr u32 kMaxDepth = 4;
  // Yields in a row before a thread gives way. A primitive that yields a few times before it sleeps (libstdc++'s atomic
  // waits: four) must be able to reach its sleep.
  static constexpr u32 kPoliteness = 8;
  static constexpr u32 kPatience = 1000;  // steps of one thread in a row before the others get a chance

  static u32 highest(Thread* const* ready, u32 n) {
    u32 best = 0;
    for (u32 i = 1; i < n; ++i) {
      if (ready[i]->priority > ready[best]->priority) best = i;
    }
    return best;
  }

  Random random_;
  u64 step_ = 0;
  u64 longest_ = 0;
  u64 lowest_ = 0;
  u32 depth_ = 1;
  u32 same_ = 0;
  u32 yields_ = 0;
  u64 change_[kMaxDepth] = {};
  Thread* last_ = nullptr;
};

class Pos final : public Explorer {
 public:
  void begin(u64, u64 seed) override {
    random_.reset(seed);
    for (u32 i = 0; i < protocol::kMaxThreads; ++i) drawn_for_[i] = 0;
  }

  u32 thread(Thread* const* ready, u32 n, bool) override {
    u32 best = 0;
    for (u32 i = 0; i < n; ++i) {
      Thread& t = *ready[i];
      // Its operation is another one than last time once it has done something.
      if (drawn_for_[t.id] != t.index + 1) draw(t);
      if (t.priority > ready[best]->priority) best = i;
    }
    const Thread& chosen = *ready[best];
    for (u32 i = 0; i < n; ++i) {
      if (i != best && !commute(ready[i]->pending, chosen.pending)) draw(*ready[i]);
    }
    drawn_for_[chosen.id] = 0;
    return best;
  }

  u32 choice(ChoiceKind kind, u32 n, Thread&) override { return sample_choice(random_, kind, n); }
  bool end(Outcome) override { return true; }

 private:
  void draw(Thread& t) {
    t.priority = random_.next();
    drawn_for_[t.id] = t.index + 1;
  }

  Random random_;
  u32 drawn_for_[protocol::kMaxThreads] = {};  // the index, and one, that the thread had when it drew its priority
};

template <class T>
T& instance() {
  static T* one = nullptr;
  if (!one) one = new (reserve(sizeof(T), true)) T;
  return *one;
}

}  // namespace

Explorer& random_explorer() { return instance<RandomWalk>(); }
Explorer& pct_explorer() { return instance<Pct>(); }
Explorer& pos_explorer() { return instance<Pos>(); }

}  // namespace lockstep::runtime
