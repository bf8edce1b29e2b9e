// Makes a recording by hand: a segment as the runtime would leave it, with the stacks of real calls.
//
// For tests of names, explanations and reports. The module is the test itself, so its debug information is looked up.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <string>

#include "check/protocol/segment.h"
#include "trace/execution.h"

namespace lockstep::test {

class Recorder {
 public:
  Recorder();
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  protocol::Segment& segment() { return *segment_; }

  /// Adds a thread that runs the function at `entry`; main is there from the start.
  std::uint16_t add_thread(const void* entry, const char* name = "");
  /// The events that follow are of this thread.
  void run(std::uint16_t thread) { current_ = thread; }

  // Each returns the index of the event; the stack is that of the caller.
  std::uint32_t event(protocol::Op op, const void* addr = nullptr);
  std::uint32_t value_event(protocol::Op op, const void* addr, unsigned size, std::uint64_t value,
                            std::uint32_t reads_from = protocol::kNone);
  protocol::Event& at(std::uint32_t index) { return segment_->recording.events[index]; }

  /// The thread ends up blocked here, in `op` on `addr`.
  void block(std::uint16_t thread, protocol::Op op, const void* addr, std::uint16_t holder = protocol::kNoThread,
             const void* mutex = nullptr);
  void finish(std::uint16_t thread);
  void add_block(const void* addr, std::size_t size, std::uint16_t thread);

  protocol::Bug& bug(protocol::Kind kind, std::uint16_t thread, const char* message = "");

  trace::Execution execution() const;

 private:
  protocol::Stack capture();
  void find_module();

  protocol::Segment* segment_;
  std::uint16_t current_ = 0;
};

/// The one that fixtures record into.
extern Recorder* recorder;

}  // namespace lockstep::test
