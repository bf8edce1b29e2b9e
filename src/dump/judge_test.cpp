// Who is stuck, and in what words: on pictures made by hand.
#include <gtest/gtest.h>

#include "dump/forms.h"
#include "dump/picture.h"

namespace lockstep::dump {
namespace {

Thread thread(int tid, const char* name) {
  Thread t;
  t.tid = tid;
  t.name = name;
  return t;
}

Thread waits(int tid, const char* name, const char* kind, const char* object, Ends ends,
             std::vector<int> holders = {}) {
  Thread t = thread(tid, name);
  Wait w;
  w.kind = kind;
  w.object = object;
  w.address = 64 + static_cast<std::uint64_t>(object[0]);
  w.ends = ends;
  w.holders = std::move(holders);
  t.wait = w;
  return t;
}

Picture judged(std::vector<Thread> threads) {
  Picture p;
  p.threads = std::move(threads);
  judge(&p);
  return p;
}

TEST(Judge, ACycleIsADeadlockWhoeverElseIsAlive) {
  const Picture p = judged({waits(1, "A", "mutex", "x", Ends::kHolder, {2}),
                            waits(2, "B", "mutex", "y", Ends::kHolder, {1}), thread(3, "worker")});
  EXPECT_TRUE(p.deadlocked);
  EXPECT_EQ(p.pattern, "lock-order-inversion");
  EXPECT_EQ(
      p.summary,
      "Lock-order inversion on `y` and `x`: A holds `y` and waits for `x`, B holds `x` and waits for `y`; neither can "
      "go on.");
  ASSERT_EQ(p.cycles.size(), 1u);
  EXPECT_EQ(p.threads[2].state, "running");
  EXPECT_EQ(p.threads[0].holds, std::vector<std::string>{"`y`"});
}

// Between one holder and the next there is none.
TEST(Judge, ALockMayHaveNoHolder) {
  const Picture p = judged({waits(1, "A", "rwlock", "x", Ends::kHolder), thread(2, "B")});
  EXPECT_FALSE(p.deadlocked);
  EXPECT_FALSE(p.summary.empty());
}

TEST(Judge, ANotificationCanComeFromAnyoneAlive) {
  const Thread sleeper = waits(1, "A", "condition variable", "ready", Ends::kAnyThread);
  EXPECT_FALSE(judged({sleeper, thread(2, "B")}).deadlocked);
  EXPECT_FALSE(judged({sleeper, waits(2, "B", "accept", "", Ends::kOutside)}).deadlocked);
  EXPECT_FALSE(judged({sleeper, waits(2, "B", "nanosleep", "", Ends::kTime)}).deadlocked);
  const Picture p = judged({sleeper, waits(2, "main", "join", "", Ends::kHolder, {1})});
  EXPECT_TRUE(p.deadlocked);
  EXPECT_EQ(p.pattern, "lost-wakeup");
  EXPECT_EQ(p.summary,
            "Lost wakeup on `ready`: A sleeps for ever, and nobody is left to wake it. Behind that, main joins A.");
}

TEST(Judge, SuspectsAreToldOfOnlyWhenAllAreStuck) {
  Thread writer = waits(1, "A", "rwlock", "table", Ends::kAnyThread, {1});
  writer.wait->shared_hold = true;
  writer.wait->certain = false;
  const Picture stuck = judged({writer});
  EXPECT_EQ(stuck.pattern, "self-deadlock");
  EXPECT_NE(stuck.summary.find("holds it for reading and locks it for writing"), std::string::npos) << stuck.summary;
  const Picture alive = judged({writer, thread(2, "B")});
  EXPECT_FALSE(alive.deadlocked);
  EXPECT_TRUE(alive.threads[0].wait->holders.empty());
}

TEST(Judge, AReaderBehindAWriterThatGoesFirst) {
  Thread reader = waits(1, "A", "rwlock", "table", Ends::kHolder, {1});
  reader.wait->shared_hold = true;
  reader.wait->mode = "read";
  Thread writer = reader;
  writer.tid = 2;
  writer.name = "B";
  writer.wait->mode = "write";
  const Picture p = judged({reader, writer});
  EXPECT_EQ(p.summary,
            "Self-deadlock on `table`: A holds it for reading and locks it for reading again, behind B, which waits to "
            "write and goes first. Behind that, B waits for `table`, which A holds.");
}

TEST(Judge, TwoObjectsOfOneNameAreToldApart) {
  Thread a = waits(1, "A", "mutex", "node.lock", Ends::kHolder, {2});
  Thread b = waits(2, "B", "mutex", "node.lock", Ends::kHolder, {1});
  b.wait->address += 64;
  const Picture p = judged({a, b});
  EXPECT_NE(p.summary.find("A holds `node.lock` (0xee) and waits for `node.lock` (0xae)"), std::string::npos)
      << p.summary;
}

TEST(Judge, ALockOfOneThatEndedIsLeaked) {
  Thread t = waits(1, "A", "mutex", "x", Ends::kGone);
  t.wait->gone = 77;
  const Picture p = judged({t, thread(2, "B")});
  EXPECT_EQ(p.pattern, "leaked-lock");
  EXPECT_NE(p.summary.find("thread 77, which has exited"), std::string::npos) << p.summary;
}

Thread task_of(int id, const char* name, int loop, const char* kind, const char* object, Ends ends,
               std::vector<int> holders = {}) {
  Thread t = waits(id, name, kind, object, ends, std::move(holders));
  t.loop = loop;
  return t;
}

Thread loop_of(int tid, const char* name, std::vector<int> tasks) {
  Thread t = waits(tid, name, "loop", "", Ends::kHolder, tasks);
  t.rescuers = std::move(tasks);
  return t;
}

Picture with_tasks(std::vector<Thread> threads, std::vector<Thread> tasks) {
  Picture p;
  p.threads = std::move(threads);
  p.tasks = tasks.size();
  p.threads.insert(p.threads.end(), tasks.begin(), tasks.end());
  judge(&p);
  return p;
}

TEST(JudgeTasks, ACycleAmongTasksIsOneAmongThreads) {
  const Picture p =
      with_tasks({loop_of(7, "main", {-1, -2, -3})}, {task_of(-1, "task A", 7, "mutex", "x", Ends::kHolder, {-2}),
                                                      task_of(-2, "task B", 7, "mutex", "y", Ends::kHolder, {-1}),
                                                      task_of(-3, "task C", 7, "accept", "s", Ends::kOutside)});
  EXPECT_EQ(p.pattern, "lock-order-inversion");
  EXPECT_EQ(p.thread(7)->state, "idle");
  EXPECT_EQ(p.thread(-3)->state, "waiting");
  EXPECT_NE(p.summary.find("task A holds `y` and waits for `x`"), std::string::npos) << p.summary;
}

TEST(JudgeTasks, ALoopIsStuckWhenAllItsTasksAre) {
  const Picture p =
      with_tasks({loop_of(7, "main", {-1, -2})}, {task_of(-1, "task A", 7, "channel", "x", Ends::kAnyTask),
                                                  task_of(-2, "task B", 7, "channel", "y", Ends::kAnyTask)});
  EXPECT_TRUE(p.deadlocked);
  EXPECT_EQ(p.thread(7)->state, "deadlocked");
  EXPECT_NE(p.summary.find("task A waits to receive from `x`, task B waits to receive from `y`; nobody is left"),
            std::string::npos)
      << p.summary;
  // Another loop's task cannot help; one of the same loop that sleeps can.
  EXPECT_TRUE(with_tasks({loop_of(7, "main", {-1}), thread(8, "other")},
                         {task_of(-1, "task A", 7, "channel", "x", Ends::kAnyTask)})
                  .deadlocked);
  EXPECT_FALSE(with_tasks({loop_of(7, "main", {-1, -2})}, {task_of(-1, "task A", 7, "channel", "x", Ends::kAnyTask),
                                                           task_of(-2, "task B", 7, "sleep_for", "", Ends::kTime)})
                   .deadlocked);
  // A thread may set an event.
  EXPECT_FALSE(with_tasks({loop_of(7, "main", {-1}), thread(8, "other")},
                          {task_of(-1, "task A", 7, "event", "x", Ends::kAnyThread)})
                   .deadlocked);
}

TEST(JudgeTasks, ABlockedLoopKeepsItsTasksFromGoingOn) {
  const Picture p = with_tasks({waits(7, "main", "mutex", "x", Ends::kHolder, {-1})},
                               {task_of(-1, "task A", 7, "sleep_for", "", Ends::kTime)});
  EXPECT_TRUE(p.deadlocked);
  EXPECT_EQ(
      p.summary,
      "Deadlock on `x`: task A holds `x` and needs main, on whose loop it runs, main waits for `x`; neither can go "
      "on.");
}

TEST(JudgeTasks, TheEndOfAnotherEndsAWhenAny) {
  Thread a = task_of(-1, "task A", 7, "mutex", "x", Ends::kHolder, {-2});
  a.rescuers = {-3};
  const Thread b = task_of(-2, "task B", 7, "mutex", "y", Ends::kHolder, {-1});
  EXPECT_FALSE(
      with_tasks({loop_of(7, "main", {-1, -2, -3})}, {a, b, task_of(-3, "task C", 7, "sleep_for", "", Ends::kTime)})
          .deadlocked);
  EXPECT_TRUE(with_tasks({loop_of(7, "main", {-1, -2, -3})},
                         {a, b, task_of(-3, "task C", 7, "mutex", "y", Ends::kHolder, {-1})})
                  .deadlocked);
  a.rescuers = {0};
  EXPECT_FALSE(with_tasks({loop_of(7, "main", {-1, -2})}, {a, b}).deadlocked);
}

TEST(Forms, ForeignNamesCannotBreakOut) {
  Picture p = judged({waits(1, "<script>\"\n\033[2J", "mutex", "\xff</td>", Ends::kHolder, {1})});
  p.program = "</title><script>";
  EXPECT_EQ(to_html(p).find("<script"), std::string::npos);
  EXPECT_EQ(to_html(p).find('\xff'), std::string::npos);
  EXPECT_EQ(to_text(p, {}, true).find('\033'), std::string::npos);
  EXPECT_EQ(to_dot(p).find("\"\n"), to_dot(p).npos);
  EXPECT_EQ(to_json(p).find('\xff'), std::string::npos);
  EXPECT_EQ(to_json(p).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace lockstep::dump
