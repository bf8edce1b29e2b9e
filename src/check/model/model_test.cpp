// The memory models on hand-made graphs: which values may the last read of a litmus test return?
#include "model/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace lockstep::runtime {
namespace {

// Adds events by hand, in an order that extends program order and reads-from, and keeps happens-before.
class Litmus {
 public:
  Litmus(const Model& model, std::uint32_t threads) : model_(model), thread_(threads) {
    graph_->open();
    for (std::uint32_t t = 0; t < threads; ++t) {
      graph_->add_thread();
      thread_[t].clock = Clock::make(memory(), threads);
    }
  }

  void write(u32 t, char variable, u64 value, Order order) {
    Location& l = location(variable);
    const Clock* before = event(t, &l);
    Store* s = graph_->insert_store(l, l.last);
    s->value[0] = value;
    s->thread = static_cast<u16>(t);
    s->index = thread_[t].index;
    s->clock = seal(t);
    s->sync = is_release(order) ? s->clock : thread_[t].released;
    graph_->note(l, t, thread_[t].index, s, true);
    enter(t, &l, nullptr, s, before, order);
  }

  std::vector<u64> readable(u32 t, char variable, Order order, bool update = false) {
    Location& l = location(variable);
    Store* out[64];
    Query q = {&l, thread_[t].clock, t, thread_[t].index + 1, order, true, update};
    std::vector<u64> values;
    for (u32 i = 0, n = model_.reads(*graph_, q, out, 64); i < n; ++i) values.push_back(out[i]->value[0]);
    std::sort(values.begin(), values.end());
    return values;
  }

  std::size_t places(u32 t, char variable, Order order) {
    Location& l = location(variable);
    Store* out[64];
    Query q = {&l, thread_[t].clock, t, thread_[t].index + 1, order, false, true};
    return model_.places(*graph_, q, out, 64);
  }

  void read(u32 t, char variable, u64 value, Order order) {
    Location& l = location(variable);
    Store* s = l.last;
    while (s->value[0] != value) s = s->previous;
    const Clock* before = event(t, &l);
    if (is_acquire(order)) thread_[t].clock = Clock::join(memory(), thread_[t].clock, s->sync);
    graph_->note(l, t, thread_[t].index, s, false);
    enter(t, &l, s, nullptr, before, order);
  }

  void fence(u32 t, Order order) {
    const Clock* before = event(t, nullptr);
    if (is_release(order)) thread_[t].released = seal(t);
    if (order == Order::kSeqCst) {
      graph_->has_sc_fence = true;
      enter(t, nullptr, nullptr, nullptr, before, order);
    }
  }

 private:
  struct State {
    Clock* clock = nullptr;
    const Clock* released = nullptr;
    u32 index = 0;
  };

  Bump& memory() { return graph_->memory(); }

  Location& location(char variable) {
    Location*& l = locations_[variable];
    const u64 zero[2] = {0, 0};
    if (!l) l = graph_->make_location(static_cast<u64>(variable), 8, zero);
    return *l;
  }

  const Clock* seal(u32 t) {
    ThreadEvent& e = graph_->thread_events(t).back();
    e.clock = Clock::copy(memory(), thread_[t].clock);
    return e.clock;
  }

  const Clock* event(u32 t, const void* where) {
    State& s = thread_[t];
    const Clock* before = s.index ? seal(t) : Clock::copy(memory(), s.clock);
    ++s.index;
    s.clock = Clock::set(memory(), s.clock, t, s.index);
    graph_->thread_events(t).push(memory(), {where, nullptr});
    return before;
  }

  void enter(u32 t, Location* l, Store* reads, Store* writes, const Clock* before, Order order) {
    bool sc = order == Order::kSeqCst;
    graph_->has_sc_access |= sc && l;
    graph_->accesses().push(
        {l, reads, writes, seal(t), before, thread_[t].index, static_cast<u16>(t), sc, reads && writes});
  }

  std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
  const Model& model_;
  std::vector<State> thread_;
  std::map<char, Location*> locations_;
};

using Values = std::vector<u64>;

TEST(Rc11, CoherenceForbidsGoingBack) {
  Litmus l(kModelRc11, 2);
  l.write(0, 'x', 1, Order::kRelaxed);
  l.write(0, 'x', 2, Order::kRelaxed);
  EXPECT_EQ(l.readable(1, 'x', Order::kRelaxed), (Values{0, 1, 2}));
  l.read(1, 'x', 1, Order::kRelaxed);
  EXPECT_EQ(l.readable(1, 'x', Order::kRelaxed), (Values{1, 2}));
  EXPECT_EQ(l.readable(0, 'x', Order::kRelaxed), (Values{2}));
}

TEST(Rc11, ReleaseAcquireOrdersWhatWasBefore) {
  Litmus l(kModelRc11, 2);
  l.write(0, 'd', 1, Order::kRelaxed);
  l.write(0, 'f', 1, Order::kRelease);
  l.read(1, 'f', 1, Order::kAcquire);
  EXPECT_EQ(l.readable(1, 'd', Order::kRelaxed), (Values{1}));
}

TEST(Rc11, RelaxedMessagePassingMayBeStale) {
  Litmus l(kModelRc11, 2);
  l.write(0, 'd', 1, Order::kRelaxed);
  l.write(0, 'f', 1, Order::kRelaxed);
  l.read(1, 'f', 1, Order::kAcquire);
  EXPECT_EQ(l.readable(1, 'd', Order::kRelaxed), (Values{0, 1}));
}

TEST(Rc11, AReleaseFenceMakesTheStoreBehindItRelease) {
  Litmus l(kModelRc11, 2);
  l.write(0, 'd', 1, Order::kRelaxed);
  l.fence(0, Order::kRelease);
  l.write(0, 'f', 1, Order::kRelaxed);
  l.read(1, 'f', 1, Order::kAcquire);
  EXPECT_EQ(l.readable(1, 'd', Order::kRelaxed), (Values{1}));
}

TEST(Rc11, StoreBufferingNeedsSeqCstOnBothSides) {
  for (Order order : {Order::kRelaxed, Order::kRelease, Order::kSeqCst}) {
    Litmus l(kModelRc11, 2);
    Order reads = order == Order::kSeqCst ? Order::kSeqCst : Order::kRelaxed;
    l.write(0, 'x', 1, order);
    l.read(0, 'y', 0, reads);
    l.write(1, 'y', 1, order);
    EXPECT_EQ(l.readable(1, 'x', reads), order == Order::kSeqCst ? (Values{1}) : (Values{0, 1}));
  }
}

TEST(Rc11, StoreBufferingWithSeqCstFences) {
  for (bool both : {false, true}) {
    Litmus l(kModelRc11, 2);
    l.write(0, 'x', 1, Order::kRelaxed);
    if (both) l.fence(0, Order::kSeqCst);
    l.read(0, 'y', 0, Order::kRelaxed);
    l.write(1, 'y', 1, Order::kRelaxed);
    l.fence(1, Order::kSeqCst);
    EXPECT_EQ(l.readable(1, 'x', Order::kRelaxed), both ? (Values{1}) : (Values{0, 1}));
  }
}

TEST(Rc11, IndependentReadersAgreeUnderSeqCstOnly) {
  for (Order order : {Order::kAcquire, Order::kSeqCst}) {
    Litmus l(kModelRc11, 4);
    Order writes = order == Order::kSeqCst ? Order::kSeqCst : Order::kRelease;
    l.write(0, 'x', 1, writes);
    l.write(1, 'y', 1, writes);
    l.read(2, 'x', 1, order);
    l.read(2, 'y', 0, order);
    l.read(3, 'y', 1, order);
    EXPECT_EQ(l.readable(3, 'x', order), order == Order::kSeqCst ? (Values{1}) : (Values{0, 1}));
  }
}

// Lahav et al. 2017: a seq_cst store read by an acquire load gives no seq_cst order behind that load.
TEST(Rc11, ReleaseAcquireIsNoSeqCstEdge) {
  Litmus l(kModelRc11, 4);
  l.write(0, 'x', 1, Order::kSeqCst);
  l.read(1, 'x', 1, Order::kAcquire);
  l.read(1, 'y', 0, Order::kSeqCst);
  l.write(2, 'y', 1, Order::kSeqCst);
  l.read(3, 'y', 1, Order::kAcquire);
  EXPECT_EQ(l.readable(3, 'x', Order::kSeqCst), (Values{0, 1}));
}

TEST(Rc11, StoresMayBePlacedBeforeUnrelatedOnes) {
  Litmus l(kModelRc11, 2);
  l.write(0, 'x', 1, Order::kRelaxed);
  EXPECT_EQ(l.places(1, 'x', Order::kRelaxed), 2u);
  l.read(1, 'x', 1, Order::kRelaxed);
  EXPECT_EQ(l.places(1, 'x', Order::kRelaxed), 1u);
}

TEST(Sc, ReadsTheNewestStore) {
  Litmus l(kModelSc, 2);
  l.write(0, 'x', 1, Order::kRelaxed);
  l.write(0, 'x', 2, Order::kRelaxed);
  EXPECT_EQ(l.readable(1, 'x', Order::kRelaxed), (Values{2}));
  EXPECT_EQ(l.places(1, 'x', Order::kRelaxed), 1u);
}

}  // namespace
}  // namespace lockstep::runtime
