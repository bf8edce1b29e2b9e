// Stands in for the runtime library in tests of the host: instead of exploring, it plays the part that the variable
// LOCKSTEP_FAKE names, with a recording of two threads in an AB-BA deadlock.
#include <fcntl.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "check/protocol/segment.h"

using namespace lockstep::protocol;

namespace {

Segment* segment;

bool part_is(const char* name) {
  const char* part = std::getenv("LOCKSTEP_FAKE");
  return part && std::strcmp(part, name) == 0;
}

void set_bug(Bug& bug) {
  bug.kind = Kind::kDeadlock;
  bug.thread = 1;
  bug.other = kNoThread;
  bug.event = bug.other_event = kNone;
  bug.signature = 7;
  bug.found_after = 3;
  bug.preemptions = 1;
  bug.decisions = offsetof(Segment, bug_decisions);
  bug.decision_count = 2;
}

void record() {
  Recording& r = segment->recording;
  r.thread_count = 3;
  for (unsigned t = 0; t < 3; ++t) {
    r.threads[t].create_event = kNone;
    r.threads[t].created_by = 0;
    r.threads[t].wait_holder = t == 0 ? 1 : 3 - t;
    r.threads[t].state = ThreadState::kBlocked;
    r.threads[t].wait_op = t == 0 ? Op::kThreadJoin : Op::kLock;
    r.threads[t].wait_addr = t == 0 ? 0 : t == 1 ? 0x2000 : 0x1000;
  }
  std::strcpy(r.threads[1].name, "A");
  std::strcpy(r.threads[2].name, "B");
  r.name_count = 2;
  r.names[0] = {0x1000, "a"};
  r.names[1] = {0x2000, "b"};
  for (unsigned i = 0; i < 2; ++i) {
    Event& e = r.events[i];
    e.op = Op::kLock;
    e.addr = i == 0 ? 0x1000 : 0x2000;
    e.thread = static_cast<std::uint16_t>(i + 1);
    e.other = kNoThread;
    e.reads_from = kNone;
  }
  if (part_is("other-events")) r.events[0].value = static_cast<std::uint64_t>(getpid());
  r.event_count = 2;
  std::strcpy(r.output, "hello from the program\n");
  r.output_bytes = static_cast<std::uint32_t>(std::strlen(r.output));
  // A library's fault is found again only under the conditions in which it was found.
  r.has_bug = !part_is("gone") && !(part_is("library") && !segment->config.library_fenced);
  set_bug(r.bug);
  if (part_is("other-bug")) r.bug.kind = Kind::kAssertion;
  segment->status.diverged = part_is("diverges");
}

[[noreturn]] void end(Phase phase) {
  segment->status.phase = phase;
  _exit(0);
}

__attribute__((constructor)) void play() {
  const char* fd = std::getenv(kSegmentVariable);
  if (!fd) return;
  segment = static_cast<Segment*>(mmap(nullptr, sizeof(Segment), PROT_READ | PROT_WRITE, MAP_SHARED, std::atoi(fd), 0));
  if (segment == MAP_FAILED || part_is("never")) _exit(9);
  Status& s = segment->status;
  segment->module_count = 1;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void*) {  // the first one is the program
        segment->modules[0].base = segment->modules[0].low = info->dlpi_addr;
        segment->modules[0].high = info->dlpi_addr + (1 << 20);
        return 1;
      },
      nullptr);
  s.phase = Phase::kExploring;
  s.explorer = Mode::kBrute;
  segment->decisions[0] = {2, 1, ChoiceKind::kThread, 0, 0};
  segment->decisions[1] = {3, 2, ChoiceKind::kThread, 0, 1};
  s.decision_count = 2;
  if (segment->config.mode == Mode::kReplay) {
    if (segment->config.replay_count != 2 || segment->replay[1].pick != 2) s.diverged = true;
    if (part_is("crash")) {
      segment->recording.thread_count = 1;
      std::abort();
    }
    record();
    end(Phase::kDone);
  }
  if (part_is("crash")) {
    s.executions = 4;
    if (segment->config.skip_executions > 0) {  // the second start goes to the end
      s.executions = 6;
      s.complete = true;
      end(Phase::kDone);
    }
    std::abort();
  }
  if (const char* file = std::getenv("LOCKSTEP_FAKE_STARTED"); file && (part_is("slow") || part_is("deaf"))) {
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  }
  if (part_is("slow")) {
    for (int i = 0; i < 300 && !s.stop; ++i) {
      s.events = s.events + 1;
      s.executions = s.executions + 1;
      usleep(100000);
    }
    end(Phase::kDone);
  }
  if (part_is("deaf")) {
    for (;;) {
      s.events = s.events + 1;
      usleep(10000);
    }
  }
  if (part_is("hang")) {
    struct sigaction where = {};
    where.sa_handler = [](int) {
      Status& status = segment->status;
      status.unsupported_frames[0] = getauxval(AT_ENTRY) + 1;
      status.unsupported_frame_count = 1;
      end(Phase::kUnsupported);
    };
    sigaction(SIGRTMIN + 6, &where, nullptr);
    for (;;) pause();
  }
  if (part_is("unsupported")) {
    std::strcpy(s.unsupported, "a read from a socket");
    end(Phase::kUnsupported);
  }
  if (part_is("failed")) {
    std::strcpy(s.error, "no memory for fibers");
    end(Phase::kFailed);
  }
  s.executions = 18;
  if (part_is("pass")) {
    s.complete = true;
    end(Phase::kDone);
  }
  if (part_is("budget")) {
    s.distinct = 12;
    end(Phase::kDone);
  }
  s.executions = 3;
  segment->bug_decisions[0] = segment->decisions[0];
  segment->bug_decisions[1] = segment->decisions[1];
  segment->bug_decisions_used = 2;
  if (part_is("library")) {
    set_bug(segment->warnings[0]);
    segment->warnings[0].warning = segment->warnings[0].library = segment->warnings[0].library_fenced = true;
    s.warning_count = 1;
    s.complete = true;
    end(Phase::kDone);
  }
  if (part_is("warning")) {
    set_bug(segment->warnings[0]);
    segment->warnings[0].warning = true;
    s.warning_count = 1;
    s.complete = true;
    end(Phase::kDone);
  }
  set_bug(segment->bugs[0]);
  s.bug_count = 1;
  end(Phase::kDone);
}

}  // namespace

// What an instrumented program asks of the library it is linked with.
extern "C" {
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_read4(void*) {}
void __tsan_write4(void*) {}
void __tsan_read8(void*) {}
void __tsan_write8(void*) {}
}
