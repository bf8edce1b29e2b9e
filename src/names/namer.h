// Names for everything a report speaks of: objects, threads, places. Never an address where a name exists.
//
// Names given by the program (lockstep_name, lockstep_name_thread, pthread_setname_np) win over derived ones.
// Thread safety: none; one namer for one execution and one thread. The execution must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "names/debug_info.h"
#include "trace/execution.h"

namespace lockstep::names {

class Namer {
 public:
  explicit Namer(const trace::Execution& execution);

  /// The object at `addr` as it was when `event` happened (stacks are reused); kNone: at the end.
  std::string object(std::uint64_t addr, std::uint32_t event = protocol::kNone);

  /// `main`, a given name, or the function the thread runs; with a number where that is not unique.
  const std::string& thread(std::uint16_t index);

  /// The stack with inlined calls expanded, innermost first.
  std::vector<SourceFrame> frames(trace::Stack stack);

  /// The innermost place in the user's own code; the innermost of all if there is none.
  SourceFrame place(trace::Stack stack);
  SourceFrame place(std::uint64_t return_address);

  /// The heap block that `addr` lies in, null if none.
  const trace::HeapBlock* block(std::uint64_t addr) const;

  /// Whether the object is the standard library's own business: the state of a std::thread, the waiter pool of
  /// std::atomic wait, a guard variable of its shared object.
  bool internal(std::uint64_t addr, std::uint32_t event = protocol::kNone);

  /// Whether the object is a part of a container or a smart pointer, and no value that the program itself looks at.
  bool library_part(std::uint64_t addr, std::uint32_t event = protocol::kNone);

  /// Whether a pointer lies there, atomic ones included.
  bool is_pointer(std::uint64_t addr, std::uint32_t event = protocol::kNone);

  /// Whether the address is on the stack of a thread.
  bool on_stack(std::uint64_t addr) const;

  DebugInfo& debug_info() { return debug_info_; }

 private:
  void name_threads();
  std::string derived_thread_name(std::uint16_t index);
  DebugInfo::Variable stack_object(std::uint64_t addr, std::uint16_t owner, std::uint32_t event);
  /// What lies there, with the classes of the library that it lies in.
  DebugInfo::Variable variable(std::uint64_t addr, std::uint32_t event);
  std::string by_owner(const trace::HeapBlock& block, std::uint64_t offset, const std::string& type, bool inplace);
  std::string heap_object(const trace::HeapBlock& block, std::uint64_t addr);
  std::string block_type(const trace::HeapBlock& block, const std::vector<SourceFrame>& frames, bool* inplace);
  void number_blocks();

  const trace::Execution& execution_;
  DebugInfo debug_info_;
  std::vector<std::string> thread_names_;
  std::vector<std::vector<std::uint32_t>> events_of_;  // by thread, with a stack only
  std::unordered_map<std::uint64_t, std::string> fixed_objects_;
  std::vector<std::uint64_t> being_named_;      // blocks, so that circles of owners end
  std::map<std::uint64_t, int> block_numbers_;  // by address, for blocks from one place
};

}  // namespace lockstep::names
