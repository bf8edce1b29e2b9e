#include "measure/measure.h"

#include <gtest/gtest.h>

namespace lockstep::measure {
namespace {

// Figures differ from machine to machine, and by tenfold on a busy one; what is dear and what is cheap does not.
TEST(Measure, ACoroutineIsCheaperThanAThreadAndAThreadThanAProcess) {
  const Costs all = measure();
  for (const Cost* c : {&all.process, &all.thread, &all.coroutine}) {
    EXPECT_GT(c->creation_ns, 0);
    EXPECT_GT(c->switch_ns, 0);
    EXPECT_GT(c->memory_bytes, 0);
    EXPECT_LT(c->creation.least, c->creation.most);
    EXPECT_FALSE(c->memory.text.empty());
  }
  EXPECT_LT(all.coroutine.creation_ns, all.thread.creation_ns / 10);
  EXPECT_LT(all.thread.creation_ns, all.process.creation_ns);
  EXPECT_LT(all.coroutine.switch_ns, all.thread.switch_ns / 10);
  EXPECT_LT(all.coroutine.memory_bytes, all.thread.memory_bytes);
  EXPECT_LT(all.thread.memory_bytes, all.process.memory_bytes);
  EXPECT_GE(all.thread.reserved_bytes, 16384);
}

}  // namespace
}  // namespace lockstep::measure
