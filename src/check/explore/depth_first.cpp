// Depth-first enumeration: plain (brute), with sleep sets (exhaustive), and bounded by preemptions.
//
// Sleep sets (Godefroid 1996): a thread whose next operation was explored at an earlier sibling need not run again
// until something that does not commute with that operation has happened. Every behaviour is still reached; orders of
// commuting operations are not tried twice.
// Bounded: iterative context bounding (Musuvathi, Qadeer, PLDI 2007): first all executions without a preemption, then
// with one, … up to the limit.
#include <new>

#include "explore/explorer.h"
#include "program/program.h"

namespace lockstep::runtime {
namespace {

struct Sleeper {
  Footprint next;
  u16 thread;
};

struct Node {
  u32 sleep_first;  // the sleep set when the node was reached: sleepers_[sleep_first, +sleep_count)
  u32 sleep_count;
  u32 options_first;  // thread choices: options_[options_first, +n)
  u16 n;
  u16 pick;
  ChoiceKind kind;
  u16 preemptions;  // spent before this node
  bool resumable;
};

class DepthFirst final : public Explorer {
 public:
  void configure(bool sleep_sets, bool bounded, u32 limit, bool newest_only = false) {
    newest_only_ = newest_only;
    sleep_sets_ = sleep_sets;
    bounded_ = bounded;
    limit_ = limit;
    if (!nodes_.is_open()) {
      nodes_.open(kMaxNodes, true);
      options_.open(kMaxOptions, true);
      sleepers_.open(kMaxOptions, true);
    }
    restart();
  }

  void restart() override {
    bound_ = bounded_ ? 0 : ~0u;
    nodes_.clear();
    options_.clear();
    sleepers_.clear();
    now_count_ = 0;
    executions_ = 0;
    cut_ = false;
    done_ = false;
  }

  void begin(u64, u64) override {
    diverged_ = false;
    depth_ = 0;
    now_count_ = 0;
    preemptions_ = 0;
  }

  u32 thread(Thread* const* ready, u32 n, bool resumable) override {
    if (depth_ == nodes_.size()) {
      Node& fresh = nodes_.push({});
      fresh.sleep_first = static_cast<u32>(sleepers_.size());
      fresh.sleep_count = now_count_;
      for (u32 i = 0; i < now_count_; ++i) sleepers_.push(now_[i]);
      fresh.options_first = static_cast<u32>(options_.size());
      for (u32 i = 0; i < n; ++i) options_.push({ready[i]->pending, ready[i]->id});
      fresh.n = static_cast<u16>(n);
      fresh.kind = ChoiceKind::kThread;
      fresh.preemptions = static_cast<u16>(preemptions_);
      fresh.resumable = resumable;
      fresh.pick = 0;
      if (!settle(fresh)) {
        drop_last();
        return kPrune;
      }
    }
    Node& node = nodes_[depth_++];
    if (node.kind != ChoiceKind::kThread || node.n != n) return diverged_ = true, kPrune;
    u32 pick = node.pick;
    if (node.resumable && pick != 0) ++preemptions_;
    if (sleep_sets_) {
      load_sleep(node);
      for (u32 i = 0; i < pick; ++i) {
        const Sleeper& done = options_[node.options_first + i];
        if (!asleep(done.thread)) add_sleeper(done);
      }
      wake(options_[node.options_first + pick]);
    }
    return pick;
  }

  bool only(Thread& t) override {
    if (!sleep_sets_ || now_count_ == 0) return true;
    if (asleep(t.id)) return false;
    wake({t.pending, t.id});
    return true;
  }

  u32 choice(ChoiceKind kind, u32 n, Thread&) override {
    if (newest_only_ && kind != ChoiceKind::kNotify && kind != ChoiceKind::kChoose) return 0;
    if (depth_ == nodes_.size()) {
      Node& fresh = nodes_.push({});
      fresh.sleep_first = static_cast<u32>(sleepers_.size());
      fresh.options_first = static_cast<u32>(options_.size());
      fresh.n = static_cast<u16>(n);
      fresh.kind = kind;
    }
    Node& node = nodes_[depth_++];
    if (node.kind != kind || node.n != n) return diverged_ = true, kPrune;
    return node.pick;
  }

  bool end(Outcome) override {
    ++executions_;
    // Nodes beyond depth_ belong to an execution that ended earlier than its predecessor did.
    while (nodes_.size() > depth_) drop_last();
    while (nodes_.size()) {
      Node& node = nodes_.back();
      ++node.pick;
      if (node.pick < node.n && (node.kind != ChoiceKind::kThread || settle(node))) return true;
      drop_last();
    }
    if (bounded_ && cut_ && bound_ < limit_) {
      ++bound_;
      cut_ = false;
      return true;
    }
    done_ = true;
    return false;
  }

  bool enumerates() const override { return true; }
  bool diverged() const override { return diverged_; }

  u64 estimate() const override {
    double done = 0, weight = 1;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      weight /= nodes_[i].n;
      done += nodes_[i].pick * weight;
    }
    return done > 0 ? static_cast<u64>(static_cast<double>(executions_) / done) : 0;
  }

  bool proved() const { return done_ && !cut_; }

 private:
  static constexpr std::size_t kMaxNodes = protocol::kMaxDecisions;
  static constexpr std::size_t kMaxOptions = 16u << 20;

  // Moves node.pick to the next option that is worth taking; false if there is none.
  bool settle(Node& node) {
    for (; node.pick < node.n; ++node.pick) {
      if (bounded_ && node.resumable && node.pick != 0 && node.preemptions >= bound_) {
        cut_ = true;
        continue;
      }
      if (sleep_sets_) {
        bool sleeping = false;
        u16 thread = options_[node.options_first + node.pick].thread;
        for (u32 i = 0; i < node.sleep_count; ++i) sleeping |= sleepers_[node.sleep_first + i].thread == thread;
        if (sleeping) continue;
      }
      return true;
    }
    return false;
  }

  void drop_last() {
    options_.resize(nodes_.back().options_first);
    sleepers_.resize(nodes_.back().sleep_first);
    nodes_.pop();
  }

  void load_sleep(const Node& node) {
    now_count_ = node.sleep_count;
    for (u32 i = 0; i < now_count_; ++i) now_[i] = sleepers_[node.sleep_first + i];
  }
  bool asleep(u16 thread) const {
    for (u32 i = 0; i < now_count_; ++i) {
      if (now_[i].thread == thread) return true;
    }
    return false;
  }
  void add_sleeper(const Sleeper& s) {
    if (now_count_ < protocol::kMaxThreads) now_[now_count_++] = s;
  }
  // `runs` is executed: whoever does not commute with it is worth trying again.
  void wake(const Sleeper& runs) {
    u32 kept = 0;
    for (u32 i = 0; i < now_count_; ++i) {
      if (now_[i].thread != runs.thread && commute(now_[i].next, runs.next)) now_[kept++] = now_[i];
    }
    now_count_ = kept;
  }

  Table<Node> nodes_;
  Table<Sleeper> options_;
  Table<Sleeper> sleepers_;
  Sleeper now_[protocol::kMaxThreads];  // the sleep set of the running execution
  u32 now_count_ = 0;
  u32 depth_ = 0;
  u32 preemptions_ = 0;
  u64 executions_ = 0;
  u32 bound_ = 0, limit_ = 0;
  bool sleep_sets_ = false, bounded_ = false, newest_only_ = false, diverged_ = false, cut_ = false, done_ = false;
};

// The search's own, and one for simplifying what it has found without losing its place.
enum Which { kSearch, kSimplify };
DepthFirst& instance(Which which = kSearch) {
  static DepthFirst* both[2];
  if (!both[which]) both[which] = new (reserve(sizeof(DepthFirst), true)) DepthFirst;
  return *both[which];
}

}  // namespace

Explorer& brute_explorer() {
  instance().configure(false, false, 0);
  return instance();
}

Explorer& sleep_set_explorer() {
  instance().configure(true, false, 0);
  return instance();
}

Explorer& bounded_explorer(u32 preemptions) {
  instance().configure(false, true, preemptions);
  return instance();
}

Explorer& simplest_explorer(u32 preemptions) {
  instance(kSimplify).configure(false, true, preemptions, true);
  return instance(kSimplify);
}

bool depth_first_proved() { return instance().proved(); }

}  // namespace lockstep::runtime
