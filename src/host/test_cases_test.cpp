#include "host/test_cases.h"

#include <gtest/gtest.h>

namespace lockstep::host {
namespace {

TEST(TestCases, GoogleTest) {
  const auto tests = parse_google_tests(
      "Running main() from gtest_main.cc\n"
      "Queue.\n  Push\n  DISABLED_Slow\n"
      "Typed/0.  # TypeParam = int\n  Works  # GetParam() = 3\n");
  ASSERT_EQ(tests.size(), 2u);
  EXPECT_EQ(tests[0].name, "Queue.Push");
  EXPECT_EQ(tests[0].arguments, (std::vector<std::string>{"--gtest_filter=Queue.Push"}));
  EXPECT_EQ(tests[1].name, "Typed/0.Works");
}

TEST(TestCases, Catch2) {
  const auto tests =
      parse_catch2_tests("All available test cases:\n  push, then pop\n      [queue][fast]\n  empty\n2 test cases\n\n");
  ASSERT_EQ(tests.size(), 2u);
  EXPECT_EQ(tests[0].name, "push, then pop");
  EXPECT_EQ(tests[0].arguments, (std::vector<std::string>{"push\\, then pop"}));
  EXPECT_EQ(tests[1].name, "empty");
}

TEST(TestCases, NothingInOtherText) {
  EXPECT_TRUE(parse_google_tests("usage: prog\n  -x\n").empty());
  EXPECT_TRUE(parse_catch2_tests("").empty());
}

}  // namespace
}  // namespace lockstep::host
