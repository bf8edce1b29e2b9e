#include "explore/neighbours.h"

#include <new>

#include "program/program.h"

namespace lockstep::runtime {
namespace {

using protocol::Decision;

class Neighbours final : public Explorer {
 public:
  void configure(const Decision* decisions, u32 count) {
    if (!given_.is_open()) {
      given_.open(protocol::kMaxDecisions, true);
      steps_.open(kMaxSteps, true);
      options_.open(kMaxOptions, true);
      answers_.open(protocol::kMaxDecisions, true);
      executed_ = static_cast<u32*>(reserve(protocol::kMaxThreads * sizeof(u32), true));
      answered_ = static_cast<u32*>(reserve(protocol::kMaxThreads * sizeof(u32), true));
    }
    given_.clear();
    steps_.clear();
    options_.clear();
    answers_.clear();
    for (u32 i = 0; i < count; ++i) given_.push(decisions[i]);
    first_ = true;
    too_long_ = false;
    stage_ = Stage::kAnswers;
    length_ = 1;
  }

  bool graph_mode() const override { return given_.size() && given_[0].kind == ChoiceKind::kGraph; }
  bool diverged() const override { return diverged_; }

  void begin(u64, u64) override {
    diverged_ = false;
    next_ = graph_mode();
    step_ = 0;
    moved_ = 0;
    follow_ = 0;
    changed_ = false;
    for (u32 i = 0; i < protocol::kMaxThreads; ++i) executed_[i] = answered_[i] = 0;
    if (first_) {
      steps_.clear();
      options_.clear();
      answers_.clear();
    }
  }

  u32 thread(Thread* const* ready, u32 n, bool) override {
    u32 pick = 0;
    if (first_ || (!changed_ && !begins_here())) {
      if (!given(ChoiceKind::kThread, n, &pick)) return kPrune;
    } else {
      changed_ = true;
      pick = n;
      if (stage_ != Stage::kAnswers && moved_ < length_) {
        pick = index_of(options_[option_].thread, ready, n);
        // It cannot go on so far: longer moves of it are this one.
        moved_ = pick == n ? length_ : moved_ + 1;
        if (pick == n) options_[option_].exhausted = true;
      }
      if (pick == n) pick = as_given(ready, n);
    }
    if (first_) note_step(ready, n, pick);
    ++executed_[ready[pick]->id];
    ++step_;
    return pick;
  }

  bool only(Thread& t) override {
    Thread* one = &t;
    if (first_) note_step(&one, 1, 0);
    ++executed_[t.id];
    ++step_;
    return true;
  }

  u32 choice(ChoiceKind kind, u32 n, Thread& t) override {
    u32 pick = 0;
    u32 ordinal = answered_[t.id]++;
    if (first_ || !changed_) {
      u32 at = static_cast<u32>(next_);
      if (!given(kind, n, &pick)) return kPrune;
      if (first_) {
        answers_.push({at, ordinal, n, pick, t.id, kind});
      } else if (stage_ == Stage::kAnswers && answers_[answer_].at == at) {
        pick = other_;
        changed_ = true;
      }
      return pick;
    }
    // The thread's answers are kept as long as its questions stay the same.
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      const Answer& a = answers_[i];
      if (a.thread == t.id && a.ordinal == ordinal) return a.kind == kind && a.n == n ? a.pick : 0;
    }
    return 0;
  }

  bool end(Outcome) override {
    if (first_) {
      first_ = false;
      answer_ = static_cast<u32>(answers_.size());
      option_ = static_cast<u32>(options_.size());
      other_ = 0;
      if (diverged_ || too_long_) return false;
    }
    return next_candidate();
  }

 private:
  struct Step {
    u32 options_first, options_count;
    u32 ordinal;
    u16 thread;
    bool switches;  // another thread than before goes on
  };
  struct Option {
    u32 step;
    u16 thread;
    bool exhausted;
  };
  struct Answer {
    u32 at, ordinal, n, pick;  // at: which decision
    u16 thread;
    ChoiceKind kind;
  };
  // Changed outcomes; threads that go on at switches; threads that go on anywhere.
  enum class Stage : u8 { kAnswers, kSwitches, kAnywhere, kDone };
  static constexpr std::size_t kMaxSteps = 1u << 20, kMaxOptions = 1u << 20;
  static constexpr u32 kLongest = 4096;

  bool given(ChoiceKind kind, u32 n, u32* pick) {
    if (next_ == given_.size() || given_[next_].kind != kind || given_[next_].n != n) return !(diverged_ = true);
    *pick = given_[next_++].pick;
    return true;
  }

  static u32 index_of(u16 thread, Thread* const* ready, u32 n) {
    u32 i = 0;
    while (i < n && ready[i]->id != thread) ++i;
    return i;
  }

  bool begins_here() const { return stage_ != Stage::kAnswers && options_[option_].step == step_; }

  // Whoever comes first in the given execution among those who can run.
  u32 as_given(Thread* const* ready, u32 n) {
    while (follow_ < steps_.size() && done(steps_[follow_])) ++follow_;
    constexpr std::size_t kLook = 2000;
    for (std::size_t i = follow_; i < steps_.size() && i < follow_ + kLook; ++i) {
      if (done(steps_[i])) continue;
      u32 at = index_of(steps_[i].thread, ready, n);
      if (at < n) return at;
    }
    return 0;
  }
  bool done(const Step& s) const { return executed_[s.thread] > s.ordinal; }

  void note_step(Thread* const* ready, u32 n, u32 pick) {
    if (steps_.full() || options_.size() + n > options_.capacity()) {
      too_long_ = true;
      return;
    }
    Step s = {static_cast<u32>(options_.size()), 0, executed_[ready[pick]->id], ready[pick]->id, false};
    s.switches = steps_.size() > 0 && steps_.back().thread != s.thread;
    for (u32 i = 0; i < n; ++i) {
      if (i != pick) options_.push({static_cast<u32>(steps_.size()), ready[i]->id, false});
    }
    s.options_count = static_cast<u32>(options_.size()) - s.options_first;
    steps_.push(s);
  }

  // Later points of choice first: what is near to the failure is the easier to tell.
  bool next_candidate() {
    if (stage_ == Stage::kAnswers) {
      if (next_answer()) return true;
      stage_ = Stage::kSwitches;
    }
    while (stage_ != Stage::kDone) {
      while (option_ > 0) {
        const Option& o = options_[--option_];
        if (o.exhausted || (stage_ == Stage::kSwitches) != steps_[o.step].switches) continue;
        return true;
      }
      option_ = static_cast<u32>(options_.size());
      if (length_ < kLongest && length_ < 2 * steps_.size()) {
        length_ += length_ < 8 ? 1 : length_ / 2;
        continue;
      }
      length_ = 1;
      stage_ = stage_ == Stage::kSwitches ? Stage::kAnywhere : Stage::kDone;
    }
    return false;
  }

  bool next_answer() {
    for (;;) {
      if (answer_ < answers_.size() && answers_[answer_].kind == ChoiceKind::kNotify) {
        // Every other waiter in turn.
        if (++other_ == answers_[answer_].pick) ++other_;
        if (other_ < answers_[answer_].n) return true;
      }
      if (answer_ == 0) return false;
      const Answer& a = answers_[--answer_];
      bool unusual =
          a.kind == ChoiceKind::kReadsFrom || a.kind == ChoiceKind::kStorePlace || a.kind == ChoiceKind::kSpurious;
      other_ = unusual ? 0 : ~0u;  // ~0 + 1 is the first waiter
      if (unusual && a.pick != 0) return true;
    }
  }

  Table<Decision> given_;
  Table<Step> steps_;
  Table<Option> options_;
  Table<Answer> answers_;
  u32* executed_ = nullptr;  // by thread: steps in the running execution
  u32* answered_ = nullptr;
  std::size_t next_ = 0, follow_ = 0;
  u32 step_ = 0, moved_ = 0;
  u32 answer_ = 0, other_ = 0;   // the candidate, if an outcome is another
  u32 option_ = 0, length_ = 1;  // the candidate, if a thread goes on: so many steps
  Stage stage_ = Stage::kAnswers;
  bool first_ = true, changed_ = false, diverged_ = false, too_long_ = false;
};

Neighbours& instance() {
  static Neighbours* one = nullptr;
  if (!one) one = new (reserve(sizeof(Neighbours), true)) Neighbours;
  return *one;
}

}  // namespace

Explorer& neighbours_explorer(const Decision* decisions, u32 count) {
  instance().configure(decisions, count);
  return instance();
}

}  // namespace lockstep::runtime
