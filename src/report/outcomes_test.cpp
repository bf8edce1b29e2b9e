#include "report/outcomes.h"

#include <gtest/gtest.h>

namespace lockstep::report {
namespace {

using protocol::Kind;

TEST(Outcomes, OutputOnOneLine) {
  EXPECT_EQ(one_line("r1=0 r2=1\n"), "r1=0 r2=1");
  EXPECT_EQ(one_line("  a\t b \r\n\n\nc"), "a b | c");
  EXPECT_EQ(one_line("\n \n"), "");
}

TEST(Outcomes, Endings) {
  EXPECT_EQ(ending_text(Kind::kNone, 0, "x"), "");
  EXPECT_EQ(ending_text(Kind::kExitStatus, 3, ""), "exit status 3");
  EXPECT_EQ(ending_text(Kind::kDeadlock, 0, ""), "deadlock");
  EXPECT_EQ(ending_text(Kind::kAssertion, 0, "a &&\n b"), "assertion: a && | b");
}

OutcomeTable table_of(bool complete) {
  OutcomeTable t;
  t.search.complete = complete;
  for (const char* text : {"0", "1", "2 [assertion: x]"}) {
    SeenOutcome& o = t.outcomes.emplace_back();
    o.text = o.short_text = text;
    o.executions = 1;
  }
  t.outcomes.back().short_text = "2 [assertion]";
  return t;
}

struct Case {
  Expectations expectations;
  bool complete;
  Verdict verdict;
  std::vector<std::string> missing;
  std::vector<std::size_t> unexpected;
};

TEST(Outcomes, Judged) {
  const std::vector<std::string> all = {"0", "1", "2 [assertion]"};
  const Case cases[] = {
      {{}, true, Verdict::kNone, {}, {}},
      {{true, all, {}, {}}, true, Verdict::kHolds, {}, {}},
      {{true, {"0", "1", "2 [assertion: x]"}, {}, {}}, true, Verdict::kHolds, {}, {}},
      {{true, all, {}, {}}, false, Verdict::kUnknown, {}, {}},
      {{true, {"0", "1"}, {}, {}}, false, Verdict::kFails, {}, {2}},
      {{true, {"0", "1", "2 [assertion]", "3"}, {}, {}}, true, Verdict::kFails, {"3"}, {}},
      {{true, {"0", "1", "2 [assertion]", "3"}, {}, {}}, false, Verdict::kUnknown, {"3"}, {}},
      {{false, {}, {"1"}, {}}, false, Verdict::kHolds, {}, {}},
      {{false, {}, {"4"}, {}}, true, Verdict::kFails, {"4"}, {}},
      {{false, {}, {}, {"4"}}, true, Verdict::kHolds, {}, {}},
      {{false, {}, {}, {"4"}}, false, Verdict::kUnknown, {}, {}},
      {{false, {}, {}, {"1"}}, false, Verdict::kFails, {}, {1}},
  };
  for (const Case& c : cases) {
    OutcomeTable t = table_of(c.complete);
    t.expectations = c.expectations;
    judge(&t);
    EXPECT_EQ(t.answer.verdict, c.verdict) << &c - cases;
    EXPECT_EQ(t.answer.missing, c.missing) << &c - cases;
    EXPECT_EQ(t.answer.unexpected, c.unexpected) << &c - cases;
  }
}

TEST(Outcomes, MoreThanAreKeptIsNotAll) {
  OutcomeTable t = table_of(true);
  t.other_executions = 5;
  t.expectations = {true, {"0", "1", "2 [assertion]"}, {}, {}};
  judge(&t);
  EXPECT_EQ(t.answer.verdict, Verdict::kUnknown);
}

TEST(Outcomes, HostileOutputStaysInItsPlace) {
  OutcomeTable t = table_of(true);
  t.outcomes[0].text = t.outcomes[0].output = "\x1b[2J\xff\"}";
  EXPECT_EQ(to_text(t, {}, "").find('\x1b'), std::string::npos);
  EXPECT_NE(to_json(t).find("\\\"}"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::report
