// The functions behind <lockstep/check.h>.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "explore/search.h"
#include "hooks/hook.h"
#include "lockstep/check.h"
#include "program/tool.h"
#include "record/recorder.h"

namespace lockstep::runtime {
namespace {

using protocol::Segment;

protocol::Segment* g_segment = nullptr;
int g_fd = -1;
char* g_text = nullptr;
constexpr std::size_t kTextBytes = 16u << 20;

const char* const kKinds[] = {"none",          "data-race",          "deadlock",   "livelock",       "starvation",
                              "assertion",     "uncaught-exception", "crash",      "use-after-free", "double-free",
                              "leak",          "lock-misuse",        "lock-order", "thread-leak",    "exit-status",
                              "nondeterminism"};

void open_segment() {
  if (g_segment) {
    // Everything but the large arrays, which counters in front of them guard.
    fill_bytes(&g_segment->config, 0, sizeof g_segment->config);
    fill_bytes(static_cast<void*>(&g_segment->status), 0, sizeof g_segment->status);
    g_segment->bug_decisions_used = 0;
    g_segment->recording.event_count = 0;
    g_segment->recording.has_bug = false;
    return;
  }
  g_fd = static_cast<int>(raw_syscall(SYS_memfd_create, reinterpret_cast<i64>("lockstep-segment"), 0));
  if (g_fd < 0 || raw_syscall(SYS_ftruncate, g_fd, sizeof(Segment)) < 0) fatal("cannot make a memory file");
  i64 p = raw_syscall(SYS_mmap, 0, sizeof(Segment), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, g_fd, 0);
  if (p < 0 && p > -4096) fatal("cannot map the checker's segment");
  g_segment = reinterpret_cast<Segment*>(p);
}

int run_function(void* argument) {
  auto* request = static_cast<const lockstep_check_request*>(argument);
  request->function(request->argument);
  return 0;
}

// The other half puts the finding into words: it has the debug information and the libraries for that.
std::size_t render(char* out, std::size_t capacity) {
  char number[16] = "";
  append_number(number, sizeof number, static_cast<u64>(g_fd));
  char program_path[512];
  i64 n = raw_syscall(SYS_readlink, reinterpret_cast<i64>("/proc/self/exe"), reinterpret_cast<i64>(program_path),
                      sizeof program_path - 1);
  program_path[n > 0 ? n : 0] = 0;
  const char* arguments[] = {"internal-report", "--segment-fd", number,   "--program",
                             program_path,      "--format",     "fields", nullptr};
  return tool::run(arguments, out, capacity);
}

void say(lockstep_check_answer* answer, const char* text) {
  if (!g_text) g_text = static_cast<char*>(reserve(kTextBytes));
  g_text[0] = 0;
  append_text(g_text, kTextBytes, "text ");
  append_number(g_text, kTextBytes, length(text));
  append_text(g_text, kTextBytes, "\n");
  append_text(g_text, kTextBytes, text);
  append_text(g_text, kTextBytes, "\n");
  answer->text = g_text;
  answer->text_bytes = length(g_text);
}

void configure(const lockstep_check_request& r) {
  constexpr protocol::Mode kModes[] = {protocol::Mode::kAuto, protocol::Mode::kExhaustive, protocol::Mode::kBrute,
                                       protocol::Mode::kPct,  protocol::Mode::kRandom,     protocol::Mode::kBounded};
  protocol::Config& c = g_segment->config;
  c.magic = protocol::kMagic;
  c.version = protocol::kVersion;
  c.mode = kModes[r.mode < 6 ? r.mode : 0];
  constexpr protocol::MemoryModel kModels[] = {protocol::MemoryModel::kRc11, protocol::MemoryModel::kSc,
                                               protocol::MemoryModel::kTso};
  c.model = kModels[r.memory_model < 3 ? r.memory_model : 0];
  c.seed = r.seed;
  c.max_executions = r.executions;
  c.max_nanoseconds = r.nanoseconds;
  c.depth = r.depth;
  c.preemptions = r.preemptions;
  c.keep_going = r.keep_going;
  c.spurious_wakeups = r.spurious_wakeups;
  c.detect_leaks = r.detect_leaks;
}

}  // namespace
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

LOCKSTEP_EXPORT void lockstep_runtime_check(const lockstep_check_request* request, lockstep_check_answer* answer) {
  if (running) {
    request->function(request->argument);  // part of a program that is being checked as a whole
    answer->verdict = 2;
    return;
  }
  if (u32 n = tls::foreign_threads()) {
    char text[160] = "lockstep: not checked: ";
    append_number(text, sizeof text, n);
    append_text(text, sizeof text, " other thread(s) of this process are running; end them before lockstep::check\n");
    say(answer, text);
    answer->verdict = 2;
    return;
  }
  open_segment();
  configure(*request);
  program.whole_process = false;
  // What stands in stdio's buffers is not the function's output.
  fflush(nullptr);
  search(*g_segment, run_function, const_cast<lockstep_check_request*>(request));
  lockstep::protocol::Status& status = g_segment->status;
  answer->complete = status.complete;
  answer->executions = status.executions;
  answer->blocked = status.blocked;
  answer->nanoseconds = status.nanoseconds;
  answer->bugs = status.bug_count;
  for (u32 i = 0; i < answer->bugs; ++i) answer->kinds[i] = kKinds[static_cast<int>(g_segment->bugs[i].kind)];
  bool unsupported = status.phase == lockstep::protocol::Phase::kUnsupported;
  answer->verdict = answer->bugs ? 1 : unsupported ? 2 : 0;
  if (answer->bugs) {
    u64 executions = status.executions;
    const lockstep::protocol::Bug& bug = g_segment->bugs[0];
    record(*g_segment,
           reinterpret_cast<lockstep::protocol::Decision*>(reinterpret_cast<u8*>(g_segment) + bug.decisions),
           bug.decision_count);
    status.executions = executions;
  }
  finish_search();
  if (answer->bugs) {
    if (!g_text) g_text = static_cast<char*>(reserve(kTextBytes));
    answer->text = g_text;
    answer->text_bytes = render(g_text, kTextBytes);
    if (!answer->text_bytes)
      say(answer,
          "lockstep: a bug was found; the lockstep program, which would put it into words, was not found (set "
          "LOCKSTEP_TOOL)\n");
  } else if (unsupported) {
    char text[400] = "lockstep: not supported: ";
    append_text(text, sizeof text, status.unsupported);
    append_text(text, sizeof text, "\n");
    say(answer, text);
  }
}

LOCKSTEP_EXPORT void lockstep_runtime_assume(int condition) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  if (condition) return;
  if (program.recording) recorder::event({.op = Op::kAssume, .value = 0}, t);
  if (!program.graph_mode) program.finish(Outcome::kBlocked);
  // Stores of the other threads may yet give its reads other values.
  t.assumed = true;
  program.stop_thread(t);
}
LOCKSTEP_EXPORT int lockstep_runtime_choose(int n) {
  LOCKSTEP_HOOK(0);
  if (n < 1) program.bug(Kind::kAssertion, &t, 0, pc, "lockstep_choose: n must be at least 1");
  u32 pick = program.choose(lockstep::protocol::ChoiceKind::kChoose, static_cast<u32>(n), t);
  program.add_event(t);
  ++t.effects;
  if (program.recording) recorder::event({.op = Op::kChoose, .value = pick, .aux = static_cast<u64>(n)}, t);
  return static_cast<int>(pick);
}
LOCKSTEP_EXPORT void lockstep_runtime_name(const void* object, const char* name) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  if (program.recording) recorder::name(address_of(object), name);
}
LOCKSTEP_EXPORT void lockstep_runtime_name_thread(const char* name) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  copy_text(t.name, sizeof t.name, name);
}
