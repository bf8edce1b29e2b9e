#include "support/recorder.h"

#include <link.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unwind.h>

#include <cstring>
#include <stdexcept>
#include <vector>

// The recorder's own functions stand in a section of their own, so that their frames can be told.
#define RECORDER_CODE __attribute__((section("recorder_code"), noinline))
extern "C" const char __start_recorder_code, __stop_recorder_code;

namespace lockstep::test {

using protocol::Op;

Recorder* recorder = nullptr;

Recorder::Recorder() {
  void* at = mmap(nullptr, sizeof(protocol::Segment), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) throw std::runtime_error("no memory for a segment");
  segment_ = static_cast<protocol::Segment*>(at);
  segment_->config.magic = protocol::kMagic;
  segment_->config.version = protocol::kVersion;
  segment_->config.seed = 1;
  find_module();
  add_thread(nullptr);
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  segment_->recording.threads[0].stack_low = reinterpret_cast<std::uint64_t>(low);
  segment_->recording.threads[0].stack_high = reinterpret_cast<std::uint64_t>(low) + size;
  recorder = this;
}

Recorder::~Recorder() {
  munmap(segment_, sizeof(protocol::Segment));
  recorder = nullptr;
}

void Recorder::find_module() {
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto* segment = static_cast<protocol::Segment*>(data);
        segment->modules[0].base = info->dlpi_addr;
        segment->modules[0].low = info->dlpi_addr;
        segment->modules[0].high = ~std::uint64_t{0};
        segment->module_count = 1;
        return 1;  // the first one is the program
      },
      segment_);
}

// The callers' frames. The unwinder tells each frame's stack pointer; a frame's canonical address is its caller's.
RECORDER_CODE protocol::Stack Recorder::capture() {
  struct Walk {
    std::vector<protocol::Frame> frames;
  } walk;
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* data) {
        static_cast<Walk*>(data)->frames.push_back({_Unwind_GetIP(context), _Unwind_GetCFA(context)});
        return _URC_NO_REASON;
      },
      &walk);
  // Only what lies between the recorder's own calls and the test's function, in which the recorder is a variable.
  auto& r = segment_->recording;
  protocol::Stack stack = {r.frame_count, 0};
  for (std::size_t i = 0; i + 1 < walk.frames.size(); ++i) {
    const auto* begin = reinterpret_cast<const char*>(&__start_recorder_code);
    const auto* end = reinterpret_cast<const char*>(&__stop_recorder_code);
    const auto* pc = reinterpret_cast<const char*>(walk.frames[i].pc);
    if (pc >= begin && pc < end) continue;
    if (walk.frames[i + 1].cfa > reinterpret_cast<std::uint64_t>(this)) break;
    r.frames[r.frame_count++] = {walk.frames[i].pc, walk.frames[i + 1].cfa};
    ++stack.count;
  }
  return stack;
}

std::uint16_t Recorder::add_thread(const void* entry, const char* name) {
  auto& r = segment_->recording;
  protocol::Thread& t = r.threads[r.thread_count];
  std::strncpy(t.name, name, sizeof t.name - 1);
  t.entry = reinterpret_cast<std::uint64_t>(entry);
  t.create_event = protocol::kNone;
  t.wait_holder = protocol::kNoThread;
  t.state = protocol::ThreadState::kRunnable;
  return static_cast<std::uint16_t>(r.thread_count++);
}

RECORDER_CODE std::uint32_t Recorder::event(Op op, const void* addr) {
  auto& r = segment_->recording;
  protocol::Event& e = r.events[r.event_count];
  e.op = op;
  e.addr = reinterpret_cast<std::uint64_t>(addr);
  e.thread = current_;
  e.other = protocol::kNoThread;
  e.reads_from = protocol::kNone;
  e.stack = capture();
  return r.event_count++;
}

RECORDER_CODE std::uint32_t Recorder::value_event(Op op, const void* addr, unsigned size, std::uint64_t value,
                                                  std::uint32_t reads_from) {
  const std::uint32_t i = event(op, addr);
  at(i).size = static_cast<std::uint8_t>(size);
  at(i).value = value;
  at(i).reads_from = reads_from;
  at(i).flags |= protocol::kFlagValue;
  return i;
}

RECORDER_CODE void Recorder::block(std::uint16_t thread, Op op, const void* addr, std::uint16_t holder,
                                   const void* mutex) {
  protocol::Thread& t = segment_->recording.threads[thread];
  t.state = protocol::ThreadState::kBlocked;
  t.wait_op = op;
  t.wait_addr = reinterpret_cast<std::uint64_t>(addr);
  t.wait_mutex = reinterpret_cast<std::uint64_t>(mutex);
  t.wait_holder = holder;
  t.stack = capture();
}

void Recorder::finish(std::uint16_t thread) {
  segment_->recording.threads[thread].state = protocol::ThreadState::kFinished;
}

RECORDER_CODE void Recorder::add_block(const void* addr, std::size_t size, std::uint16_t thread) {
  auto& r = segment_->recording;
  protocol::HeapBlock& b = r.blocks[r.block_count++];
  b.addr = reinterpret_cast<std::uint64_t>(addr);
  b.size = size;
  b.alloc_stack = capture();
  b.alloc_thread = thread;
  b.alloc_event = r.event_count;
  b.free_event = protocol::kNone;
  b.free_thread = protocol::kNoThread;
}

RECORDER_CODE protocol::Bug& Recorder::bug(protocol::Kind kind, std::uint16_t thread, const char* message) {
  auto& r = segment_->recording;
  r.has_bug = true;
  r.bug.kind = kind;
  r.bug.thread = thread;
  r.bug.other = protocol::kNoThread;
  r.bug.event = r.bug.other_event = r.bug.cycle_event = protocol::kNone;
  r.bug.signature = 42;
  r.bug.found_after = 7;
  r.bug.preemptions = 1;
  std::strncpy(r.bug.message, message, sizeof r.bug.message - 1);
  r.threads[thread].stack = capture();
  return r.bug;
}

trace::Execution Recorder::execution() const {
  trace::Execution e = trace::execution_from(*segment_);
  e.program = {"/proc/self/exe", {"./bank"}, "test"};
  return e;
}

}  // namespace lockstep::test
