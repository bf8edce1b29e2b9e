// The text of whole reports, compared with what was approved by eye (tests/golden). LOCKSTEP_UPDATE_GOLDEN=1 writes
// the present text there instead.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "host/check.h"
#include "report/report.h"
#include "support/recorder.h"
#include "support/scenarios.h"
#include "trace/trace_file.h"

namespace lockstep {
namespace {

// Clang gives calls in functions that AddressSanitizer instruments no line: there the reports lack places.
#if defined(__has_feature)
constexpr bool kLinesAreKept = !__has_feature(address_sanitizer);
#else
constexpr bool kLinesAreKept = true;
#endif

struct Scenario {
  const char* name;
  void (*record)();
};

class GoldenText : public testing::TestWithParam<Scenario> {};

TEST_P(GoldenText, IsAsApproved) {
  test::Recorder recorder;
  GetParam().record();
  const trace::Execution execution = recorder.execution();
  report::Report report = host::report_of(execution);
  report.seconds = 0.25;
  const std::string text = report::to_text(report, {});

  const std::string path = std::string(LOCKSTEP_GOLDEN_DIR) + "/" + GetParam().name + ".txt";
  if (std::getenv("LOCKSTEP_UPDATE_GOLDEN")) {
    std::ofstream(path) << text;
  }
  std::ifstream in(path);
  std::ostringstream approved;
  approved << in.rdbuf();
  if (kLinesAreKept) {
    EXPECT_EQ(text, approved.str()) << path;
  }

  // What goes through a trace file says the same.
  report::Report again = host::report_of(trace::from_text(trace::to_text(execution)));
  again.seconds = 0.25;
  EXPECT_EQ(text, report::to_text(again, {}));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, GoldenText,
                         testing::Values(Scenario{"abba", test::record_abba},
                                         Scenario{"self-deadlock", test::record_self_deadlock},
                                         Scenario{"lost-wakeup", test::record_lost_wakeup},
                                         Scenario{"lost-update-atomic", test::record_lost_update_atomic},
                                         Scenario{"lost-update-locked", test::record_lost_update_locked},
                                         Scenario{"check-then-act", test::record_check_then_act},
                                         Scenario{"racing-update", test::record_racing_update},
                                         Scenario{"stale-flag", test::record_stale_flag},
                                         Scenario{"message-passing-race", test::record_message_passing_race},
                                         Scenario{"heap-names", test::record_heap_names},
                                         Scenario{"back-off-livelock", test::record_back_off_livelock},
                                         Scenario{"writer-starvation", test::record_writer_starvation}),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(Report, MarksTheStepsThatRepeat) {
  test::Recorder recorder;
  test::record_back_off_livelock();
  const report::Report report = host::report_of(recorder.execution());
  ASSERT_EQ(report.bugs.size(), 1U);
  std::string marks;
  for (const explain::Step& s : report.bugs[0].steps) marks += s.repeats ? 'r' : '-';
  EXPECT_EQ(marks, "--rrrrrr");
  const std::string json = report::to_json(report);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = json.find("\"repeats\": true", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 6U);
}

TEST(Report, SurvivesUnknownValues) {
  test::Recorder recorder;
  test::record_unknown_values();
  const report::Report report = host::report_of(recorder.execution());
  EXPECT_NE(report::to_text(report, {}), "");
  EXPECT_NE(report::to_json(report), "");
  EXPECT_NE(report::to_junit(report, {}), "");
}

TEST(Report, NothingOfTheProgramReachesTheTerminalAsControl) {
  EXPECT_EQ(report::printable("a\033[31mb\n"), "a\\x1b[31mb\\x0a");
  EXPECT_EQ(report::printable("a\nb", true), "a\nb");
}

TEST(Report, NumbersAreGrouped) {
  EXPECT_EQ(report::grouped(7), "7");
  EXPECT_EQ(report::grouped(1234567), "1,234,567");
}

TEST(Confidence, SaysWhyNoExecutionIsComplete) {
  report::Report r;
  r.verdict = "inconclusive";
  r.stopped = report::Stopped::kTime;
  r.blocked = 1200;
  EXPECT_EQ(report::confidence(r),
            "no complete execution: every one of 1,200 was cut by an assumption or ended in a spin; not a proof");
  r.depth_reached = true;
  r.depth = 200;
  EXPECT_EQ(report::confidence(r),
            "no complete execution: every one of 1,200 was cut at --depth 200, or by an assumption or a spin; not a "
            "proof");
}

}  // namespace
}  // namespace lockstep
