// Each reason that the kernel may have, in its own words. tests/dump/live produces those that can be.
#include "dump/permission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace lockstep::dump {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TraceFacts same_user() {
  TraceFacts f;
  f.error = EPERM;
  f.own_user = f.user = 1000;
  return f;
}

TEST(Permission, AnotherTracerComesFirst) {
  TraceFacts f = same_user();
  f.tracer = 77;
  f.tracer_name = "gdb";
  f.scope = '1';
  EXPECT_THAT(why_not_permitted(f), HasSubstr("process 77 (gdb) traces it already"));
}

TEST(Permission, AThreadOfTheKernelHasNoStack) {
  TraceFacts f = same_user();
  f.kernel_thread = true;
  EXPECT_THAT(why_not_permitted(f), HasSubstr("thread of the kernel"));
}

TEST(Permission, TheScopeOfYama) {
  TraceFacts f = same_user();
  f.scope = '1';
  EXPECT_THAT(why_not_permitted(f),
              AllOf(HasSubstr("ptrace_scope is 1"), HasSubstr("descendants"),
                    HasSubstr("sudo sysctl kernel.yama.ptrace_scope=0"), HasSubstr("run as root")));
  f.scope = '2';
  EXPECT_THAT(why_not_permitted(f),
              AllOf(HasSubstr("ptrace_scope is 2"), HasSubstr("run as root"), Not(HasSubstr("sysctl"))));
  // 3 holds for root, too, and no capability helps.
  f.scope = '3';
  f.capable = true;
  f.own_user = 0;
  EXPECT_THAT(why_not_permitted(f), AllOf(HasSubstr("ptrace_scope is 3"), HasSubstr("until the next boot"),
                                          HasSubstr("core file"), Not(HasSubstr("run as root"))));
}

TEST(Permission, AnotherUser) {
  TraceFacts f = same_user();
  f.user = 33;
  f.scope = '1';  // is not what is in the way
  EXPECT_THAT(why_not_permitted(f), AllOf(HasSubstr("belongs to user 33 and lockstep runs as 1000; run as that user"),
                                          HasSubstr("setcap cap_sys_ptrace+ep"), Not(HasSubstr("scope"))));
  // Root of a container without the capability may not look at others' processes.
  f.own_user = 0;
  f.bounded = true;
  EXPECT_THAT(why_not_permitted(f),
              AllOf(HasSubstr("--cap-add SYS_PTRACE"), HasSubstr("on the host"), Not(HasSubstr("run as"))));
}

TEST(Permission, AContainerGivesNoCapability) {
  TraceFacts f = same_user();
  f.bounded = true;
  f.scope = '1';
  EXPECT_THAT(why_not_permitted(f),
              AllOf(HasSubstr("ptrace_scope is 1"), HasSubstr("--cap-add SYS_PTRACE"), Not(HasSubstr("run as root"))));
}

TEST(Permission, NotDumpable) {
  TraceFacts f = same_user();
  f.dumpable = false;
  f.scope = '1';  // would not be enough to change
  EXPECT_THAT(why_not_permitted(f), AllOf(HasSubstr("not dumpable"), HasSubstr("PR_SET_DUMPABLE"),
                                          HasSubstr("run as root"), Not(HasSubstr("sysctl"))));
}

TEST(Permission, OfRootsOwnProcesses) {
  TraceFacts f = same_user();
  f.own_user = f.user = 0;
  EXPECT_THAT(why_not_permitted(f), AllOf(HasSubstr("more capabilities than lockstep, or is not dumpable"),
                                          HasSubstr("give lockstep CAP_SYS_PTRACE"), Not(HasSubstr("seccomp"))));
  f.filtered = true;
  EXPECT_THAT(why_not_permitted(f), HasSubstr("seccomp"));
}

TEST(Permission, RefusedInSpiteOfTheCapability) {
  TraceFacts f = same_user();
  f.own_user = 0;
  f.capable = true;
  EXPECT_THAT(why_not_permitted(f), AllOf(HasSubstr("though CAP_SYS_PTRACE is there"), Not(HasSubstr("seccomp"))));
}

}  // namespace
}  // namespace lockstep::dump
