// Replay: the decisions of a trace, and the word "diverged" when the program asks something else.
//
// An execution that repeats for ever is replayed up to the end of its first round; the threads must stand there where
// they stood at the beginning of the round. (Not to the last bit: recording leaves other rests on dead parts of
// stacks.)
#include <new>

#include "detect/cycle.h"
#include "explore/explorer.h"
#include "program/program.h"
#include "record/recorder.h"

namespace lockstep::runtime {
namespace {

class Replay final : public Explorer {
 public:
  void configure(const protocol::Decision* decisions, u32 count) {
    decisions_ = decisions;
    count_ = count;
    diverged_ = false;
    tail_ = cycle::take_tail(decisions, count_);
  }
  void begin(u64, u64) override {
    next_ = graph_mode();
    diverged_ = false;
    step_ = 0;
    if (tail_.present) cycle::reset();
  }
  void parked(Thread& t) override {
    if (tail_.present) cycle::parked(t);
  }
  bool graph_mode() const override { return count_ && decisions_[0].kind == ChoiceKind::kGraph; }
  bool plain() const override { return tail_.present; }
  u32 thread(Thread* const*, u32 n, bool) override { return count_step() ? answer(ChoiceKind::kThread, n) : kPrune; }
  bool only(Thread&) override { return count_step(); }
  u32 choice(ChoiceKind kind, u32 n, Thread&) override { return answer(kind, n); }
  bool end(Outcome) override { return false; }
  bool diverged() const override { return diverged_; }

 private:
  // False: the threads are not where the round began.
  bool count_step() {
    if (tail_.present && step_ == tail_.first) {
      outline_ = cycle::outline();
      if (program.recording) program.detail.cycle_event = recorder::count();
    }
    if (tail_.present && step_ == tail_.last) {
      if (cycle::outline() == outline_) cycle::report(tail_.verdict, tail_.first, tail_.last, next_);
      diverged_ = true;
      return false;
    }
    ++step_;
    return true;
  }
  u32 answer(ChoiceKind kind, u32 n) {
    if (next_ == count_ || decisions_[next_].kind != kind || decisions_[next_].n != n) {
      diverged_ = true;
      return kPrune;
    }
    return decisions_[next_++].pick;
  }

  const protocol::Decision* decisions_ = nullptr;
  u32 count_ = 0;
  u32 next_ = 0;
  cycle::Tail tail_;
  u32 step_ = 0;
  u64 outline_ = 0;
  bool diverged_ = false;
};

Replay& instance() {
  static Replay* one = nullptr;
  if (!one) one = new (reserve(sizeof(Replay), true)) Replay;
  return *one;
}

}  // namespace

Explorer& replay_explorer(const protocol::Decision* decisions, u32 count) {
  instance().configure(decisions, count);
  return instance();
}

}  // namespace lockstep::runtime
