// The second look at graphs on hand-made ones: it must refuse what each model forbids, and nothing else.
#include "model/paranoid.h"

#include <gtest/gtest.h>

#include <memory>

namespace lockstep::runtime {
namespace {

using protocol::MemoryModel;

// Store buffering: each thread stores to one location, then reads the initial value of the other.
class StoreBuffering : public testing::Test {
 protected:
  StoreBuffering() {
    graph_->open();
    paranoid::reset();
    for (u16 i = 0; i < 2; ++i) {
      thread_[i] = std::make_unique<Thread>();
      thread_[i]->id = static_cast<u16>(i + 1);
      const u64 zero[2] = {0, 0};
      location_[i] = graph_->make_location(i * 8u + 8u, 8, zero);
    }
  }

  void run(Order order, bool fences) {
    for (u32 i = 0; i < 2; ++i) {
      const Store* s = graph_->insert_store(*location_[i], location_[i]->last);
      paranoid::access(*thread_[i], *location_[i], nullptr, s, order, false);
      if (fences) paranoid::fence(*thread_[i], Order::kSeqCst);
    }
    for (u32 i = 0; i < 2; ++i) {
      Location& other = *location_[1 - i];
      paranoid::access(*thread_[i], other, other.first, nullptr, order, false);
    }
  }

  std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
  std::unique_ptr<Thread> thread_[2];
  Location* location_[2];
};

TEST_F(StoreBuffering, IsNoInterleaving) {
  run(Order::kRelaxed, false);
  EXPECT_NE(paranoid::check(MemoryModel::kSc), nullptr);
  EXPECT_EQ(paranoid::check(MemoryModel::kTso), nullptr);
  EXPECT_EQ(paranoid::check(MemoryModel::kRc11), nullptr);
}

TEST_F(StoreBuffering, IsForbiddenToSeqCst) {
  run(Order::kSeqCst, false);
  EXPECT_NE(paranoid::check(MemoryModel::kTso), nullptr);
  EXPECT_NE(paranoid::check(MemoryModel::kRc11), nullptr);
}

TEST_F(StoreBuffering, IsForbiddenBehindFences) {
  run(Order::kRelaxed, true);
  EXPECT_NE(paranoid::check(MemoryModel::kTso), nullptr);
  EXPECT_NE(paranoid::check(MemoryModel::kRc11), nullptr);
}

TEST_F(StoreBuffering, CoherenceHoldsForEveryModel) {
  Store* first = graph_->insert_store(*location_[0], location_[0]->last);
  Store* second = graph_->insert_store(*location_[0], location_[0]->last);
  paranoid::access(*thread_[0], *location_[0], nullptr, first, Order::kRelaxed, false);
  paranoid::access(*thread_[0], *location_[0], nullptr, second, Order::kRelaxed, false);
  paranoid::access(*thread_[1], *location_[0], second, nullptr, Order::kRelaxed, false);
  paranoid::access(*thread_[1], *location_[0], first, nullptr, Order::kRelaxed, false);
  for (MemoryModel m : {MemoryModel::kSc, MemoryModel::kTso, MemoryModel::kRc11}) {
    EXPECT_NE(paranoid::check(m), nullptr);
  }
}

TEST_F(StoreBuffering, NothingStandsWithinAnUpdate) {
  Store* between = graph_->insert_store(*location_[0], location_[0]->last);
  Store* update = graph_->insert_store(*location_[0], location_[0]->last);
  paranoid::access(*thread_[0], *location_[0], nullptr, between, Order::kRelaxed, false);
  paranoid::access(*thread_[1], *location_[0], location_[0]->first, update, Order::kRelaxed, true);
  EXPECT_NE(paranoid::check(MemoryModel::kRc11), nullptr);
}

}  // namespace
}  // namespace lockstep::runtime
