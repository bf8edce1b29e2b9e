#include "graph/graph.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace lockstep::runtime {
namespace {

TEST(Clock, JoinTakesTheMaximumAndGrows) {
  Bump memory;
  memory.open(1 << 20);
  Clock* a = Clock::set(memory, Clock::make(memory, 2), 0, 5);
  Clock* b = Clock::set(memory, Clock::make(memory, 2), 9, 3);
  b = Clock::set(memory, b, 0, 2);
  a = Clock::join(memory, a, b);
  EXPECT_EQ(a->get(0), 5u);
  EXPECT_EQ(a->get(9), 3u);
  EXPECT_EQ(a->get(4), 0u);
  EXPECT_EQ(a->get(1000), 0u);
}

TEST(Clock, JoinWithNothingIsNothing) {
  Bump memory;
  memory.open(1 << 20);
  EXPECT_EQ(Clock::join(memory, nullptr, nullptr), nullptr);
  Clock* a = Clock::set(memory, Clock::make(memory, 1), 0, 1);
  EXPECT_EQ(Clock::join(memory, a, nullptr), a);
}

// Placing stores again and again in one gap uses the positions up: they are given out anew, in the same order.
TEST(Graph, PositionsStayInModificationOrder) {
  auto graph = std::make_unique<Graph>();
  graph->open();
  const u64 zero[2] = {0, 0};
  Location& l = *graph->make_location(8, 4, zero);
  Store* first = l.first;
  for (u64 i = 1; i <= 200; ++i) graph->insert_store(l, first)->value[0] = i;
  u64 expected = 200;
  for (Store* s = first->next; s; s = s->next) {
    EXPECT_EQ(s->value[0], expected--);
    EXPECT_GT(s->position, s->previous->position);
  }
  EXPECT_EQ(expected, 0u);
  EXPECT_EQ(l.last->value[0], 1u);
}

TEST(Random, EqualSeedsGiveEqualSequencesInRange) {
  Random a(7), b(7), c(8);
  bool differs = false;
  for (int i = 0; i < 1000; ++i) {
    u32 n = a.below(10);
    EXPECT_EQ(n, b.below(10));
    EXPECT_LT(n, 10u);
    differs |= n != c.below(10);
  }
  EXPECT_TRUE(differs);
}

TEST(List, KeepsItsElementsWhenItGrows) {
  Bump memory;
  memory.open(1 << 20);
  List<int> list;
  for (int i = 0; i < 100; ++i) list.push(memory, i);
  list.erase_at(50);
  ASSERT_EQ(list.size, 99u);
  EXPECT_EQ(list[49], 49);
  EXPECT_EQ(list[50], 51);
}

TEST(Text, IsCutAtTheCapacity) {
  char text[8] = "";
  append_text(text, sizeof text, "abc");
  append_number(text, sizeof text, 12345678);
  EXPECT_STREQ(text, "abc1234");
}

}  // namespace
}  // namespace lockstep::runtime
