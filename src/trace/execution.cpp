#include "trace/execution.h"

#include <algorithm>
#include <cstring>

#include "trace/vocabulary.h"

namespace lockstep::trace {
namespace {

template <std::size_t N>
std::string text_of(const char (&bytes)[N]) {
  return std::string(bytes, strnlen(bytes, N));
}

template <class T>
std::vector<T> copy(const T* first, std::uint32_t count, std::uint32_t limit) {
  return std::vector<T>(first, first + std::min(count, limit));
}

Thread thread_from(const protocol::Thread& t) {
  Thread out;
  out.name = text_of(t.name);
  out.entry = t.entry;
  out.entry_arg = t.entry_arg;
  out.entry_callable = t.entry_callable;
  out.stack_low = t.stack_low;
  out.stack_high = t.stack_high;
  out.wait_addr = t.wait_addr;
  out.wait_mutex = t.wait_mutex;
  out.stack = t.stack;
  out.create_event = t.create_event;
  out.created_by = t.created_by;
  out.wait_holder = t.wait_holder;
  out.state = t.state;
  out.wait_op = t.wait_op;
  out.joined = t.joined;
  out.detached = t.detached;
  return out;
}

}  // namespace

Bug bug_from(const protocol::Bug& b) {
  Bug out;
  out.kind = b.kind;
  out.warning = b.warning;
  out.library = b.library;
  out.library_fenced = b.library_fenced;
  out.thread = b.thread;
  out.other = b.other;
  out.access_size = b.access_size;
  out.code = b.code;
  out.event = b.event;
  out.other_event = b.other_event;
  if (b.repeats) out.cycle_event = b.cycle_event;
  out.addr = b.addr;
  out.pc = b.pc;
  out.signature = b.signature;
  out.found_after = b.found_after;
  out.execution_seed = b.execution_seed;
  out.preemptions = b.preemptions;
  out.message = text_of(b.message);
  return out;
}

Execution execution_from(const protocol::Segment& segment) {
  const protocol::Recording& r = segment.recording;
  Execution e;
  e.options.mode = segment.config.mode;
  e.options.model = segment.config.model;
  e.options.isolation = segment.config.isolation;
  e.options.spurious_wakeups = segment.config.spurious_wakeups;
  e.options.ignore_exit_status = segment.config.ignore_exit_status;
  e.options.detect_leaks = segment.config.detect_leaks;
  e.options.library_fenced = segment.config.library_fenced;
  e.options.seed = segment.config.seed;
  e.options.depth = segment.config.depth;
  for (std::uint32_t i = 0; i < std::min(segment.module_count, protocol::kMaxModules); ++i) {
    const protocol::Module& m = segment.modules[i];
    e.modules.push_back({m.base, m.low, m.high, text_of(m.path)});
  }
  e.events = copy(r.events, r.event_count, protocol::kMaxEvents);
  e.frames = copy(r.frames, r.frame_count, protocol::kMaxFrames);
  e.blocks = copy(r.blocks, r.block_count, protocol::kMaxBlocks);
  e.held = copy(r.held, r.held_count, protocol::kMaxHeld);
  for (std::uint32_t i = 0; i < std::min(r.thread_count, protocol::kMaxThreads); ++i) {
    e.threads.push_back(thread_from(r.threads[i]));
  }
  for (std::uint32_t i = 0; i < std::min(r.name_count, protocol::kMaxNames); ++i) {
    e.names.push_back({r.names[i].addr, text_of(r.names[i].name)});
  }
  e.output.assign(r.output, std::min(r.output_bytes, protocol::kMaxOutput));
  e.truncated = r.truncated;
  if (r.has_bug) e.bug = bug_from(r.bug);
  constexpr std::uint32_t kMaxWarnings = sizeof(r.warnings) / sizeof(r.warnings[0]);
  for (std::uint32_t i = 0; i < std::min(r.warning_count, kMaxWarnings); ++i) {
    e.warnings.push_back(bug_from(r.warnings[i]));
  }
  sanitize(e);
  return e;
}

void sanitize(Execution& e) {
  const auto fix_stack = [&](Stack& s) {
    if (s.first > e.frames.size() || s.count > e.frames.size() - s.first) s = {0, 0};
  };
  const auto fix_event = [&](std::uint32_t& index) {
    if (index >= e.events.size()) index = protocol::kNone;
  };
  // A thread that is spoken of exists, if only without a name; main always does.
  std::size_t threads = std::clamp<std::size_t>(e.threads.size(), 1, protocol::kMaxThreads);
  const auto see_thread = [&](std::uint16_t& t) {
    if (t >= protocol::kMaxThreads) t = protocol::kNoThread;
    if (t != protocol::kNoThread) threads = std::max<std::size_t>(threads, t + 1u);
  };
  if (e.threads.size() > protocol::kMaxThreads) e.threads.resize(protocol::kMaxThreads);
  for (Event& event : e.events) {
    fix_stack(event.stack);
    fix_event(event.reads_from);
    see_thread(event.thread);
    if (event.thread == protocol::kNoThread) event.thread = 0;
    see_thread(event.other);
  }
  for (Thread& t : e.threads) {
    fix_stack(t.stack);
    fix_event(t.create_event);
    see_thread(t.created_by);
    see_thread(t.wait_holder);
  }
  for (HeapBlock& b : e.blocks) {
    fix_stack(b.alloc_stack);
    fix_stack(b.free_stack);
    see_thread(b.alloc_thread);
    see_thread(b.free_thread);
  }
  for (Held& h : e.held) {
    fix_event(h.event);
    see_thread(h.thread);
  }
  const auto fix_bug = [&](Bug& b) {
    fix_event(b.event);
    fix_event(b.other_event);
    fix_event(b.cycle_event);
    see_thread(b.thread);
    see_thread(b.other);
  };
  if (e.bug) fix_bug(*e.bug);
  for (Bug& b : e.warnings) fix_bug(b);
  e.threads.resize(threads);
}

bool same_execution(const Execution& a, const Execution& b, std::string* difference) {
  const auto differs = [&](const std::string& what) {
    if (difference) *difference = what;
    return false;
  };
  const std::size_t n = std::min(a.events.size(), b.events.size());
  for (std::size_t i = 0; i < n; ++i) {
    const Event& x = a.events[i];
    const Event& y = b.events[i];
    if (x.op != y.op || x.thread != y.thread) {
      return differs("event " + std::to_string(i + 1) + " was a " + std::string(op_name(x.op)) + " of thread " +
                     std::to_string(x.thread) + " and now is a " + std::string(op_name(y.op)) + " of thread " +
                     std::to_string(y.thread));
    }
    if (x.addr != y.addr) return differs("event " + std::to_string(i + 1) + " is on another object");
    if (x.value != y.value || x.old != y.old || x.aux != y.aux || x.result != y.result ||
        x.reads_from != y.reads_from || x.flags != y.flags) {
      return differs("event " + std::to_string(i + 1) + " has another value");
    }
  }
  if (a.events.size() != b.events.size()) {
    return differs("there were " + std::to_string(a.events.size()) + " events and now there are " +
                   std::to_string(b.events.size()));
  }
  if (a.output != b.output) return differs("the program's output is another one");
  if (a.bug.has_value() != b.bug.has_value()) return differs(a.bug ? "the bug is gone" : "there is a bug now");
  if (a.bug && (a.bug->kind != b.bug->kind || a.bug->signature != b.bug->signature)) {
    return differs("the bug was " + std::string(kind_name(a.bug->kind)) + " and now is " +
                   std::string(kind_name(b.bug->kind)));
  }
  return true;
}

}  // namespace lockstep::trace
