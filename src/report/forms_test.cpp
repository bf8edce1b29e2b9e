// SARIF, Perfetto and JUnit: whole reports compared with what was approved by eye (tests/golden;
// LOCKSTEP_UPDATE_GOLDEN=1 writes the present text there), what viewers rely on, and programs whose names and output
// try to break out. tests/forms_test has what needs a program to be run, and the official schema.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "host/check.h"
#include "report/html.h"
#include "report/replacements.h"
#include "report/report.h"
#include "report/sources.h"
#include "report/view.h"
#include "support/recorder.h"
#include "support/scenarios.h"

namespace lockstep::report {
namespace {

using Json = nlohmann::ordered_json;

// Clang gives calls in functions that AddressSanitizer instruments no line: there the reports lack places.
#if defined(__has_feature)
constexpr bool kLinesAreKept = !__has_feature(address_sanitizer);
#else
constexpr bool kLinesAreKept = true;
#endif

const Invocation kInvocation = {{"lockstep", "check", "./bank"}, LOCKSTEP_SOURCE_DIR, "1.2.3", 1};

struct Scenario {
  const char* name;
  void (*record)();
};

Report recorded(void (*record)()) {
  test::Recorder recorder;
  record();
  Report r = host::report_of(recorder.execution());
  r.seconds = 0.25;
  return r;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(LOCKSTEP_GOLDEN_DIR) + "/" + name;
  if (std::getenv("LOCKSTEP_UPDATE_GOLDEN")) std::ofstream(path) << text;
  std::ifstream in(path);
  std::ostringstream approved;
  approved << in.rdbuf();
  if (kLinesAreKept) {
    EXPECT_EQ(text, approved.str()) << path;
  }
}

Json sarif_run(const Report& r, const Invocation& invocation = kInvocation) {
  return Json::parse(to_sarif(r, invocation))["runs"][0];
}

// The source directory is another one for everybody.
std::string without_directory(std::string text) {
  for (const std::string directory = LOCKSTEP_SOURCE_DIR; text.find(directory) != std::string::npos;) {
    text.replace(text.find(directory), directory.size(), "DIRECTORY");
  }
  return text;
}

TEST(Sarif, IsAsApproved) {
  for (const auto& [name, record] : {Scenario{"abba", test::record_abba},
                                     {"racing-update", test::record_racing_update},
                                     {"back-off-livelock", test::record_back_off_livelock}}) {
    Json run = sarif_run(recorded(record));
    run.erase("tool");  // as in every report
    expect_golden(name + std::string(".sarif"), without_directory(run.dump(1)) + "\n");
  }
}

TEST(Sarif, HasARuleWithHelpForEveryKind) {
  const Json run = sarif_run(Report{});
  const Json& rules = run["tool"]["driver"]["rules"];
  std::set<std::string> ids;
  for (const Json& rule : rules) {
    ids.insert(rule["id"]);
    EXPECT_GT(rule["help"]["text"].get<std::string>().size(), 40u) << rule["id"];
    EXPECT_LE(rule["fullDescription"]["text"].get<std::string>().size(), 1024u) << rule["id"];  // GitHub's limit
  }
  EXPECT_EQ(ids.size(), 15u);
  EXPECT_TRUE(run["results"].is_array());
  EXPECT_TRUE(run["results"].empty());
  const Json found = sarif_run(recorded(test::record_abba));
  const std::size_t index = found["results"][0]["ruleIndex"];
  EXPECT_EQ(found["tool"]["driver"]["rules"][index]["id"], found["results"][0]["ruleId"]);
}

TEST(Sarif, ThreadFlowsInterleaveByExecutionOrder) {
  const Report r = recorded(test::record_lost_update_locked);
  const Json result = sarif_run(r)["results"][0];
  std::map<int, std::string> order;
  int turning_points = 0;
  for (const Json& flow : result["codeFlows"][0]["threadFlows"]) {
    int last = 0;
    for (const Json& at : flow["locations"]) {
      EXPECT_GT(at["executionOrder"].get<int>(), last);
      last = at["executionOrder"];
      order[last] = flow["id"];
      const auto kinds = at.value("kinds", std::vector<std::string>());
      if (std::find(kinds.begin(), kinds.end(), "caution") != kinds.end()) {
        ++turning_points;
        EXPECT_EQ(at["importance"], "essential");
      }
    }
  }
  ASSERT_EQ(order.size(), r.bugs[0].steps.size());
  for (const explain::Step& s : r.bugs[0].steps) EXPECT_EQ(order[s.n], s.thread);
  EXPECT_EQ(turning_points, 1);
}

// Two searches, or an edit of lines above, must not make a new alert.
TEST(Sarif, FingerprintsOutliveUnrelatedLines) {
  Report r = recorded(test::record_racing_update);
  const auto fingerprint = [&] { return sarif_run(r)["results"][0]["partialFingerprints"]["lockstepBug/v1"]; };
  const Json before = fingerprint();
  r.bugs[0].objects = {"(Node from list.cpp:7).next", "lambda:12"};
  const Json with_lines = fingerprint();
  EXPECT_NE(before, with_lines);
  r.bugs[0].objects = {"lambda:19", "(Node from list.cpp:14).next"};
  r.bugs[0].found_after = 99;
  for (explain::Step& s : r.bugs[0].steps) s.line += 7;
  EXPECT_EQ(fingerprint(), with_lines);
  r.bugs[0].pattern = "aba";
  EXPECT_NE(fingerprint(), with_lines);
  r.bugs.push_back(r.bugs[0]);  // equal ones are numbered
  const Json results = sarif_run(r)["results"];
  EXPECT_NE(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
}

TEST(Sarif, WhatIsNotSupportedIsANotification) {
  Report r;
  r.program = {"./bank"};
  r.verdict = "inconclusive";
  r.unsupported = "a read from a socket";
  r.unsupported_at = {"main at bank.cpp:3"};
  const Json run = sarif_run(r, {{"lockstep"}, "/home/me", "1", 5});
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(run["invocations"][0]["exitCode"], 5);
  EXPECT_NE(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].get<std::string>().find("socket"),
            std::string::npos);
}

TEST(Sarif, AFixThatQuotesItsLinesIsAReplacement) {
  char name[] = "/tmp/lockstep-forms-XXXXXX";
  const int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  close(fd);
  std::ofstream(name) << "one\ntwo\nthree\nfour\n";
  Report r;
  r.program = {"./bank"};
  explain::Finding f;
  f.kind = protocol::Kind::kDeadlock;
  f.steps.resize(1);
  f.steps[0].n = 1;
  f.steps[0].thread = "A";
  f.steps[0].file = name;
  f.steps[0].line = 2;
  f.fixes = {{"another order", "", "circular wait", "none", "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"},
             {"of another file", "", "", "", "@@ -1,2 +1,2 @@\n uno\n-two\n+2\n"},
             {"in words", "write it otherwise", "", "", ""}};
  r.bugs = {f};
  const Json result = sarif_run(r)["results"][0];
  std::remove(name);
  ASSERT_EQ(result["fixes"].size(), 1u);
  const Json& change = result["fixes"][0]["artifactChanges"][0];
  EXPECT_EQ(change["artifactLocation"]["uri"], "file://" + std::string(name));
  EXPECT_EQ(
      change["replacements"][0].dump(),
      R"({"deletedRegion":{"startLine":2,"startColumn":1,"endLine":3,"endColumn":1},"insertedContent":{"text":"2\n"}})");
  EXPECT_EQ(result["properties"]["fixes"].size(), 3u);
}

TEST(Replacements, FollowTheHunks) {
  const std::string source = "a\nb\nc\nd\ne\n";
  const auto two = replacements("@@ -1,2 +1,1 @@\n a\n-b\n@@ -4,2 +3,4 @@\n d\n+x\n+y\n e\n", source);
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ((*two)[0].first, 2);
  EXPECT_EQ((*two)[0].count, 1);
  EXPECT_EQ((*two)[0].text, "");
  EXPECT_EQ((*two)[1].first, 5);
  EXPECT_EQ((*two)[1].count, 0);
  EXPECT_EQ((*two)[1].text, "x\ny\n");
  for (const char* bad : {"", "-b\n+c\n", "@@ -1 +1 @@\n-b\n+c\n", "@@ -9 +9 @@\n-b\n",
                          "@@ -2 +2 @@\n-b\n@@ -1 +1 @@\n-a\n", "@@ -99999999999 +1 @@\n-a\n", "@@ -1 +1 @@\nwhat\n"}) {
    EXPECT_FALSE(replacements(bad, source)) << bad;
  }
}

TEST(Sources, BelowTheDirectoryOrNot) {
  const Sources sources("/home/me/project");
  EXPECT_EQ(sources.path("src/../a b.cpp", 1, ""), "/home/me/project/a b.cpp");
  EXPECT_EQ(sources.below_directory("/home/me/project/a b.cpp"), "a b.cpp");
  EXPECT_EQ(sources.below_directory("/home/me/projects/a.cpp"), "");
  EXPECT_EQ(uri_path("/a b/\xff#?%:[\"\n"), "/a%20b/%FF%23%3F%25%3A%5B%22%0A");
}

// What every viewer relies on: slices nest, times of a track do not go back, arrows have two ends.
void expect_sound_timeline(const std::string& text) {
  const Json j = Json::parse(text);
  std::map<std::pair<int, int>, std::vector<std::string>> open;
  std::map<std::pair<int, int>, double> now;
  std::map<std::string, std::vector<std::string>> arrows;
  std::set<std::pair<int, int>> named;
  for (const Json& e : j["traceEvents"]) {
    const std::string phase = e["ph"];
    const std::pair<int, int> track = {e["pid"], e["tid"]};
    if (phase == "M") {
      if (e["name"] == "thread_name") named.insert(track);
      continue;
    }
    EXPECT_TRUE(named.count(track));
    EXPECT_GE(e["ts"].get<double>(), now[track]) << e;
    now[track] = e["ts"];
    if (phase == "B") open[track].push_back(e["name"]);
    if (phase == "E") {
      ASSERT_FALSE(open[track].empty()) << e;
      EXPECT_EQ(open[track].back(), e["name"]) << e;
      open[track].pop_back();
    }
    if (phase == "s" || phase == "f") {
      EXPECT_FALSE(open[track].empty()) << "an arrow that hangs on no slice: " << e;
      arrows[e["id"]].push_back(phase);
    }
  }
  for (const auto& [track, names] : open) EXPECT_TRUE(names.empty()) << names.back();
  for (const auto& [id, ends] : arrows) EXPECT_EQ(ends, (std::vector<std::string>{"s", "f"})) << id;
}

TEST(Perfetto, IsAsApproved) {
  for (const auto& [name, record] : {Scenario{"abba", test::record_abba}, {"lost-wakeup", test::record_lost_wakeup}}) {
    const std::string text = to_perfetto(recorded(record));
    expect_sound_timeline(text);
    expect_golden(name + std::string(".perfetto.json"), without_directory(text));
  }
}

TEST(Perfetto, EveryScenarioNests) {
  for (const auto record :
       {test::record_self_deadlock, test::record_lost_update_atomic, test::record_lost_update_locked,
        test::record_check_then_act, test::record_racing_update, test::record_stale_flag,
        test::record_message_passing_race, test::record_heap_names, test::record_back_off_livelock,
        test::record_writer_starvation, test::record_unknown_values}) {
    expect_sound_timeline(to_perfetto(recorded(record)));
  }
}

// Hand over hand: each lock is let go of after the next one is taken.
TEST(Perfetto, LocksThatDoNotNestHaveTracksOfTheirOwn) {
  static int locks[3];
  const auto record = [] {
    const auto a = test::recorder->add_thread(nullptr, "A");
    test::recorder->run(a);
    test::recorder->event(protocol::Op::kLock, &locks[0]);
    test::recorder->event(protocol::Op::kLock, &locks[1]);
    test::recorder->event(protocol::Op::kUnlock, &locks[0]);
    test::recorder->event(protocol::Op::kLock, &locks[2]);
    test::recorder->event(protocol::Op::kUnlock, &locks[1]);
    test::recorder->event(protocol::Op::kUnlock, &locks[2]);
    test::recorder->bug(protocol::Kind::kAssertion, a, "false");
  };
  const std::string text = to_perfetto(recorded(record));
  expect_sound_timeline(text);
  std::set<int> tracks;
  const Json timeline = Json::parse(text);
  for (const Json& e : timeline["traceEvents"]) {
    if (e.value("cat", std::string()) == "lock") tracks.insert(e["tid"].get<int>());
  }
  EXPECT_EQ(tracks.size(), 2u);
}

// A notified thread has no event for being woken: the next one is that it has its mutex again.
TEST(Perfetto, ANotificationPointsAtWhatItWakes) {
  static int condition, mutex, futex;
  const auto record = [] {
    using protocol::Op;
    auto& r = *test::recorder;
    const auto a = r.add_thread(nullptr, "A"), b = r.add_thread(nullptr, "B");
    r.run(a);
    r.event(Op::kLock, &mutex);
    r.at(r.event(Op::kCondWait, &condition)).aux = reinterpret_cast<std::uint64_t>(&mutex);
    r.run(b);
    r.event(Op::kLock, &mutex);
    r.at(r.event(Op::kNotifyOne, &condition)).other = a;  // event 3
    r.event(Op::kUnlock, &mutex);
    r.run(a);
    r.at(r.event(Op::kLock, &mutex)).flags = protocol::kFlagWaited;  // event 5
    r.event(Op::kFutexWait, &futex);
    r.run(b);
    r.at(r.event(Op::kFutexWake, &futex)).result = 1;  // event 7
    r.run(a);
    r.at(r.event(Op::kFutexWoken, &futex)).flags = protocol::kFlagWaited;
    r.event(Op::kFutexWait, &futex);
    r.at(r.event(Op::kFutexWoken, &futex)).flags = protocol::kFlagTimedOut | protocol::kFlagWaited;
    r.bug(protocol::Kind::kAssertion, a, "false");
  };
  const std::string text = to_perfetto(recorded(record));
  expect_sound_timeline(text);
  const Json timeline = Json::parse(text);
  std::vector<double> wakes, sleeps, waits;
  for (const Json& e : timeline["traceEvents"]) {
    const std::string name = e["name"];
    if (name == "wakes") wakes.push_back(e["ts"]);
    if (e.value("cat", std::string()) != "blocked") continue;
    (name.starts_with("sleeps on ") ? sleeps : waits).push_back(e["ts"]);
  }
  EXPECT_EQ(wakes, (std::vector<double>{3.5, 5.5, 7.5, 8.5}));
  EXPECT_EQ(sleeps, (std::vector<double>{2, 4, 7, 8}));  // the deadline passed at once
  EXPECT_EQ(waits, (std::vector<double>{4, 5}));         // for the mutex, which the notifier still had
}

TEST(Perfetto, WithoutABugItSaysSo) {
  Report r;
  r.program = {"./bank"};
  const Json j = Json::parse(to_perfetto(r));
  EXPECT_NE(j["otherData"]["note"].get<std::string>().find("no bug was found"), std::string::npos);
  ASSERT_EQ(j["traceEvents"].size(), 1u);
  EXPECT_EQ(j["traceEvents"][0]["args"]["name"], j["otherData"]["note"]);
}

// A program may call its objects and print what it likes.
Report hostile_report() {
  const std::string evil =
      "]]><x a='1'>\"&amp;\x01\x1b[31m\xff\xc0\xaf\xed\xa0\x80\xef\xbf\xbe](http://x) {0} </script>\n";
  Report r = recorded(test::record_abba);
  r.program = {evil, evil};
  r.test = evil;
  explain::Finding& f = r.bugs[0];
  f.summary = f.output = f.trace = f.test = f.pattern = f.unordered = evil;
  f.objects = f.stack = {evil};
  for (explain::Step& s : f.steps) s.thread = s.action = s.object = s.file = s.function = s.why = s.folded = evil;
  for (explain::Step& s : f.steps) s.value = evil;
  f.waiting = {{evil, evil, evil, evil, {evil, evil, 3}}};
  f.conditions = {{evil, evil}};
  f.accesses = {{evil, evil, {{evil, evil, 1}}, {evil}}, {evil, evil, {{evil, evil, 1}}, {evil}}};
  f.fixes = {{evil, evil, evil, evil, evil}};
  f.counterfactual.emplace();
  f.counterfactual->text = evil;
  trace::Execution e = *f.execution;
  for (trace::Thread& t : e.threads) t.name = evil;
  for (const trace::Event& event : f.execution->events) e.names.push_back({event.addr, evil});
  f.execution = std::make_shared<const trace::Execution>(e);
  r.warnings = {f};
  return r;
}

TEST(Forms, NothingBreaksOut) {
  const Report r = hostile_report();
  const Invocation invocation = {{"lockstep", "check", r.program[0]}, "/tmp/\xff\"", "1", 1};
  // The parser refuses what is no JSON or no UTF-8.
  const Json run = sarif_run(r, invocation);
  const std::string message = run["results"][0]["message"]["text"];
  for (std::size_t at = 0; (at = message.find("](", at)) != std::string::npos; ++at) {
    EXPECT_EQ(message[at - 1], '\\') << message;  // no link
  }
  EXPECT_NE(message.find("{{0}}"), std::string::npos) << message;
  EXPECT_EQ(message.find('\x1b'), std::string::npos) << message;
  expect_sound_timeline(to_perfetto(r));

  const std::string junit = to_junit(r, invocation);
  EXPECT_EQ(junit, valid_utf8(junit));
  EXPECT_EQ(junit.find("]]>"), std::string::npos);
  EXPECT_EQ(junit.find("\xef\xbf\xbe"), std::string::npos);
  for (const char c : junit) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  std::size_t tags = 0;
  for (const char c : junit) tags += c == '<';
  EXPECT_EQ(tags, 11u) << junit;  // the form's own
}

TEST(Page, NothingBreaksOut) {
  const Report r = hostile_report();
  const std::string page = to_html(r);
  EXPECT_EQ(page, valid_utf8(page));
  const std::string opens = "id=\"data\">";
  const std::size_t at = page.find(opens);
  ASSERT_NE(at, std::string::npos);
  const std::string data = page.substr(at + opens.size(), page.find("</script>", at) - at - opens.size());
  EXPECT_EQ(data.find_first_of("<>&"), std::string::npos);
  const Json j = Json::parse(data);
  EXPECT_EQ(j["program"][0], valid_utf8(r.program[0]));
  EXPECT_EQ(j["bugs"].size(), 2u);
  // Beyond the data the page is what it is without.
  const std::string empty = to_html(Report());
  EXPECT_EQ(page.substr(at + opens.size() + data.size()), empty.substr(empty.find("</script>", at)));
}

// Two threads, each with a lock that the other wants.
TEST(Page, HasLocksAndWaitsAsTheyAre) {
  const Json run = Json::parse(view_of(recorded(test::record_abba)))["bugs"][0]["runs"][0];
  const int count = static_cast<int>(run["events"].size());
  std::map<int, int> held;  // lock to thread
  for (const Json& lock : run["locks"]) {
    if (lock[3] == count) held[lock[1]] = lock[0];
  }
  ASSERT_EQ(held.size(), 2u);
  int for_ever = 0;
  for (const Json& wait : run["waits"]) {
    if (wait[6] != "lock") continue;
    EXPECT_EQ(wait[4], 1);
    EXPECT_NE(held.at(wait[1]), wait[0].get<int>());
    ++for_ever;
  }
  EXPECT_EQ(for_ever, 2);
  EXPECT_EQ(run["unordered"], Json());
}

TEST(Utf8, ReplacesWhatIsNone) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(valid_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(valid_utf8("\xff"
                       "a"),
            bad + "a");
  EXPECT_EQ(valid_utf8("\xc0\xaf"), bad + bad);            // overlong
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(valid_utf8("\xe2\x82"), bad + bad);  // cut off
}

TEST(Junit, OneFailureTellsAllBugsOfACase) {
  Report r = recorded(test::record_abba);
  r.bugs.push_back(r.bugs[0]);
  r.bugs[1].kind = protocol::Kind::kLivelock;
  r.bugs[1].summary = "They go round and round.";
  const std::string text = to_junit(r, kInvocation);
  EXPECT_EQ(text.find("<failure"), text.rfind("<failure"));
  EXPECT_NE(text.find("(and 1 more)"), std::string::npos);
  EXPECT_NE(text.find("bug: livelock"), std::string::npos);
  EXPECT_NE(text.find("classname=\"bank\""), std::string::npos) << text;
}

TEST(Junit, AnEndedBudgetIsNoPassUnderRequireComplete) {
  Report r;
  r.program = {"./bank"};
  r.stopped = Stopped::kExecutions;
  r.executions = 5;
  Invocation invocation = kInvocation;
  invocation.status = 0;
  EXPECT_NE(to_junit(r, invocation).find("failures=\"0\" errors=\"0\""), std::string::npos);
  invocation.status = 3;
  EXPECT_NE(to_junit(r, invocation).find("<error type=\"incomplete\""), std::string::npos);
  r.complete = true;
  EXPECT_EQ(to_junit(r, invocation).find("<error"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::report
