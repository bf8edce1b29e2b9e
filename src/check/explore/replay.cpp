// Replay: the decisions of a trace, and the word "diverged" when the program asks something else.
#include <new>

#include "explore/explorer.h"
#include "program/program.h"

namespace lockstep::runtime {
namespace {

class Replay final : public Explorer {
 public:
  void configure(const protocol::Decision* decisions, u32 count) {
    decisions_ = decisions;
    count_ = count;
    diverged_ = false;
  }
  void begin(u64, u64) override {
    next_ = graph_mode();
    diverged_ = false;
  }
  bool graph_mode() const override { return count_ && decisions_[0].kind == ChoiceKind::kGraph; }
  u32 thread(Thread* const*, u32 n, bool) override { return answer(ChoiceKind::kThread, n); }
  u32 choice(ChoiceKind kind, u32 n, Thread&) override { return answer(kind, n); }
  bool end(Outcome) override { return false; }
  bool diverged() const override { return diverged_; }

 private:
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
