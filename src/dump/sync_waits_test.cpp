// Whether a thread still sleeps, by its word and its node: made by hand, and changed as a thread that wakes it does.
#include "dump/sync_waits.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "lockstep/sync/parking.h"

namespace lockstep::dump {
namespace {

using Waiter = sync::internal::waiter_layout;

constexpr std::uint64_t kWord = 0x1040, kPrimitive = 0x2000;
constexpr std::uint32_t kThread = 77;

ThreadState sleeper(std::uint32_t expected) {
  ThreadState t;
  t.tid = t.inner_tid = static_cast<int>(kThread);
  t.arguments[0] = kWord;
  t.arguments[2] = expected;
  return t;
}

// 64 bytes on either side of the word that the thread sleeps on.
class Node {
 public:
  template <typename T>
  Node& set(std::ptrdiff_t offset, T value) {
    std::memcpy(bytes_.data() + 64 + offset, &value, sizeof value);
    return *this;
  }
  Memory memory() const {
    Memory out;
    out.add(kWord - 64, bytes_);
    return out;
  }

 private:
  std::vector<std::byte> bytes_{128};
};

Node queued() {
  return Node()
      .set(0, Waiter::kSleeping)
      .set(Waiter::kThread, kThread)
      .set(Waiter::kAddress, kPrimitive)
      .set(Waiter::kQueued, true);
}

TEST(SyncWaits, ASleeperInAQueueSleepsStill) {
  const ThreadState t = sleeper(Waiter::kSleeping);
  ASSERT_EQ(primitive_of_sleeper(queued().memory(), t), kPrimitive);
  EXPECT_TRUE(sleeps_still(queued().memory(), queued().memory(), t));
}

// The lock is the thread's from then on, though its word still says that it sleeps.
TEST(SyncWaits, ASleeperTakenOutOfItsQueueIsAboutToGoOn) {
  EXPECT_FALSE(
      sleeps_still(queued().memory(), queued().set(Waiter::kQueued, false).memory(), sleeper(Waiter::kSleeping)));
}

TEST(SyncWaits, ASleeperWhoseWordHasChangedIsAboutToGoOn) {
  const Node other = Node().set(0, std::uint32_t{5});
  EXPECT_TRUE(sleeps_still(other.memory(), other.memory(), sleeper(5)));
  EXPECT_FALSE(sleeps_still(other.memory(), Node().set(0, std::uint32_t{6}).memory(), sleeper(5)));
}

}  // namespace
}  // namespace lockstep::dump
