#include "cli/arguments.h"

#include <gtest/gtest.h>

#include "cli/expectations.h"
#include "host/user_error.h"

namespace lockstep::cli {
namespace {

TEST(Arguments, TheProgramsOptionsAreItsOwn) {
  const Arguments a(kCheck, {"--seed", "3", "./prog", "--seed", "4", "--nonsense"});
  EXPECT_EQ(a.number("--seed", 0), 3u);
  EXPECT_EQ(a.rest(), (std::vector<std::string>{"./prog", "--seed", "4", "--nonsense"}));
}

TEST(Arguments, DashesEndTheOptions) {
  const Arguments a(kCheck, {"--json=-", "--", "--prog"});
  EXPECT_EQ(a.text("--json"), "-");
  EXPECT_EQ(a.rest(), (std::vector<std::string>{"--prog"}));
}

TEST(Arguments, ReplayTakesOptionsBehindTheTrace) {
  const Arguments a(kReplay, {"t.trace", "--json", "-"});
  EXPECT_EQ(a.text("--json"), "-");
  EXPECT_EQ(a.rest(), (std::vector<std::string>{"t.trace"}));
}

TEST(Arguments, SomeOptionsRepeat) {
  const Arguments a(kShow, {"--expect", "r=0", "--expect=r=1; r=2", "./prog", "--expect", "x"});
  EXPECT_EQ(a.all("--expect"), (std::vector<std::string>{"r=0", "r=1; r=2"}));
  EXPECT_TRUE(a.all("--allow").empty());
  EXPECT_EQ(a.rest(), (std::vector<std::string>{"./prog", "--expect", "x"}));
}

TEST(Arguments, OutcomesAreSplitAtSemicolons) {
  EXPECT_EQ(split_outcomes(" r1=0  r2=1 ;; r1=1\\; | x;"), (std::vector<std::string>{"r1=0 r2=1", "r1=1; | x"}));
  EXPECT_EQ(split_outcomes("(prints nothing)"), (std::vector<std::string>{""}));
  EXPECT_TRUE(split_outcomes(" ; ").empty());
}

TEST(Arguments, UnknownNamesTheNearest) {
  try {
    Arguments a(kCheck, {"--keep-goin", "x"});
    FAIL();
  } catch (const host::UserError& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean --keep-going?"), std::string::npos) << e.what();
    EXPECT_EQ(e.status(), 2);
  }
}

TEST(Arguments, Times) {
  EXPECT_DOUBLE_EQ(parse_time("30s"), 30);
  EXPECT_DOUBLE_EQ(parse_time("500ms"), 0.5);
  EXPECT_DOUBLE_EQ(parse_time("2m"), 120);
  EXPECT_DOUBLE_EQ(parse_time("1h"), 3600);
  EXPECT_DOUBLE_EQ(parse_time("7"), 7);
  EXPECT_DOUBLE_EQ(parse_time("0.5"), 0.5);
  for (const char* bad : {"", "s", "-1s", "3x", "1e9999", "nan", "inf", "30 s", "99999999h"}) {
    EXPECT_THROW(parse_time(bad), host::UserError) << bad;
  }
}

TEST(Arguments, Numbers) {
  EXPECT_EQ(parse_number("--seed", "18446744073709551615"), 18446744073709551615u);
  for (const char* bad : {"", "-1", "1.5", "0x10", "18446744073709551616", " 1", "1 "}) {
    EXPECT_THROW(parse_number("--seed", bad), host::UserError) << bad;
  }
}

}  // namespace
}  // namespace lockstep::cli
