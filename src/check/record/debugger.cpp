#include "record/debugger.h"

#include "program/program.h"
#include "record/recorder.h"

extern "C" void lockstep_debugger_stop(const lockstep::protocol::Segment* segment, std::uint32_t stop);

namespace lockstep::runtime::debugger {
namespace {

using protocol::Stop;
using protocol::StopAt;

protocol::Segment* g_segment = nullptr;
u32 g_next = 0;  // of Config::stops
Fiber g_visitor;
Thread* g_visited = nullptr;

bool lies_on_stack(const Thread& t, const void* p) {
  u64 address = reinterpret_cast<u64>(p);
  return address >= t.stack_low && address < t.stack_high;
}

void stop(u32 number) {
  recorder::describe_threads();
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    const void* saved = t.fiber.sp;
    if (lies_on_stack(t, __builtin_frame_address(0)) || t.state == ThreadState::kFinished) saved = nullptr;
    if (g_visited && g_visited != &t && lies_on_stack(t, g_visitor.sp)) saved = g_visitor.sp;
    g_segment->recording.threads[i].saved_sp = reinterpret_cast<u64>(saved);
  }
  lockstep_debugger_stop(g_segment, number);
}

void visit(Thread& t) {
  g_visited = &t;
  g_visitor.fs = current_fs();
  fiber_switch(g_visitor, t.fiber);
  g_visited = nullptr;
}

}  // namespace

void begin(protocol::Segment& segment) {
  g_segment = &segment;
  g_next = 0;
}

void event(u32 index) {
  const protocol::Config& c = program.config;
  while (g_next < c.stop_count && c.stops[g_next].at == StopAt::kEvent && c.stops[g_next].event <= index) {
    u32 number = g_next++;
    if (c.stops[number].event == index) stop(number);
  }
}

void at_end() {
  const protocol::Config& c = program.config;
  for (; g_next < c.stop_count; ++g_next) {
    const Stop& s = c.stops[g_next];
    if (s.at == StopAt::kEvent) continue;
    bool there = s.at == StopAt::kWait && s.thread < program.thread_count();
    Thread* t = there ? &program.thread(s.thread) : nullptr;
    if (t && t->state != ThreadState::kFinished && !lies_on_stack(*t, __builtin_frame_address(0))) {
      visit(*t);
    } else {
      stop(g_next);
    }
  }
}

void diverged() {
  if (program.config.stop_count) stop(protocol::kNone);
}

void resumed(Thread& t) {
  if (g_visited != &t) return;
  stop(g_next);
  fiber_switch(t.fiber, g_visitor);
}

}  // namespace lockstep::runtime::debugger
