#include "trace/trace_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/recorder.h"
#include "support/scenarios.h"

namespace lockstep::trace {
namespace {

Execution sample() {
  test::Recorder recorder;
  test::record_lost_wakeup();
  Execution e = recorder.execution();
  e.program.build_id = "abc";
  e.bug->library = e.bug->library_fenced = e.options.library_fenced = true;
  e.decisions = {{2, 1, protocol::ChoiceKind::kThread, 0, 0}, {3, 2, protocol::ChoiceKind::kReadsFrom, 0, 1}};
  e.output = std::string("caf\xc3\xa9 \xff\x00 bytes", 14);
  return e;
}

TEST(TraceFile, RoundTripIsExact) {
  const Execution e = sample();
  const std::string text = to_text(e);
  const Execution again = from_text(text);
  std::string difference;
  EXPECT_TRUE(same_execution(e, again, &difference)) << difference;
  EXPECT_EQ(again.output, e.output);
  EXPECT_EQ(again.decisions.size(), 2u);
  EXPECT_EQ(again.decisions[1].pick, 2);
  EXPECT_EQ(again.program.build_id, "abc");
  EXPECT_EQ(again.threads[1].name, "consumer");
  EXPECT_EQ(to_text(again), text);
  ASSERT_TRUE(again.bug);
  EXPECT_TRUE(again.bug->library);
  EXPECT_TRUE(again.bug->library_fenced);
  EXPECT_TRUE(again.options.library_fenced);
}

TEST(TraceFile, KeepsThePassingRun) {
  Execution e = sample();
  EXPECT_EQ(from_text(to_text(e)).passing, nullptr);
  Execution passing = sample();
  passing.bug.reset();
  passing.output = "fine";
  e.passing = std::make_shared<const Execution>(passing);
  const Execution again = from_text(to_text(e));
  ASSERT_NE(again.passing, nullptr);
  EXPECT_EQ(again.passing->output, "fine");
  EXPECT_FALSE(again.passing->bug);
  EXPECT_EQ(again.passing->decisions.size(), 2u);
  std::string difference;
  EXPECT_TRUE(same_execution(passing, *again.passing, &difference)) << difference;
}

TEST(TraceFile, EveryChangedByteIsNoticed) {
  test::Recorder recorder;
  test::record_self_deadlock();
  const std::string text = to_text(recorder.execution());
  int unnoticed = 0;
  for (std::size_t i = 0; i < text.size(); i += 7) {
    std::string damaged = text;
    damaged[i] = damaged[i] == '1' ? '2' : '1';
    try {
      from_text(damaged);
      ++unnoticed;
      ADD_FAILURE() << "byte " << i << " of: " << text.substr(i > 20 ? i - 20 : 0, 40);
    } catch (const TraceError&) {
    }
  }
  EXPECT_EQ(unnoticed, 0);
}

TEST(TraceFile, RefusesWhatIsNone) {
  for (const std::string text : {"", "hello", "{}", "[]", "{\"lockstep_trace\":2}", "{\"lockstep_trace\":1}",
                                 "{\"lockstep_trace\":1,\"checksum\":\"0\",\"content\":{}}", "\xff\xfe"}) {
    EXPECT_THROW(from_text(text), TraceError) << text;
  }
  EXPECT_THROW(from_text(std::string(100000, '[')), TraceError);
  EXPECT_THROW(load_trace("/nowhere"), TraceError);
  EXPECT_THROW(load_trace("/"), TraceError);
}

TEST(TraceFile, DifferencesAreNamed) {
  const Execution a = sample();
  std::string difference;
  Execution b = a;
  b.events[1].value = 99;
  EXPECT_FALSE(same_execution(a, b, &difference));
  EXPECT_EQ(difference, "event 2 has another value");
  b = a;
  b.events.pop_back();
  EXPECT_FALSE(same_execution(a, b, &difference));
  b = a;
  b.bug.reset();
  EXPECT_FALSE(same_execution(a, b, &difference));
  EXPECT_EQ(difference, "the bug is gone");
}

TEST(Execution, SanitizeKeepsItsInvariants) {
  Execution e;
  Event event = {};
  event.thread = 5;
  event.other = 7;
  event.reads_from = 3;
  event.stack = {10, 0xffffffff};
  e.events = {event};
  e.bug = Bug{};
  e.bug->event = 2;
  e.bug->thread = 9;
  sanitize(e);
  EXPECT_EQ(e.threads.size(), 10u);
  EXPECT_EQ(e.events[0].reads_from, protocol::kNone);
  EXPECT_EQ(e.stack(e.events[0].stack).size(), 0u);
  EXPECT_EQ(e.bug->event, protocol::kNone);
}

// What the fuzzer found once, or starts from: none may do worse than a TraceError.
TEST(TraceFile, FuzzCorpus) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LOCKSTEP_SOURCE_DIR "/tests/fuzz/trace_corpus")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    try {
      to_text(from_text(with_checksum(text.view())));
    } catch (const TraceError&) {
    }
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace lockstep::trace
