// The recorded execution with the questions that explanations ask of it: who holds what, who touched what, when.
//
// Thread safety: none. The execution must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "trace/execution.h"

namespace lockstep::explain {

using Index = std::uint32_t;  // of an event
inline constexpr Index kNone = protocol::kNone;

class History {
 public:
  explicit History(const trace::Execution& execution);

  const trace::Execution& execution() const { return execution_; }
  const trace::Event& at(Index i) const { return execution_.events[i]; }
  Index size() const { return static_cast<Index>(execution_.events.size()); }

  /// The reads and writes of an address, in order.
  const std::vector<Index>& accesses(std::uint64_t addr) const;
  /// The addresses that more than one thread accesses and somebody writes, seen or not.
  const std::vector<std::uint64_t>& shared() const { return shared_; }
  bool is_shared(std::uint64_t addr) const;

  struct Hold {
    std::uint64_t lock;
    Index acquired, released;  // released: kNone while it is held at the end
  };
  /// The locks that the thread of event `i` holds while it happens.
  std::vector<Hold> held_during(Index i) const;
  std::vector<Hold> held_at_end(std::uint16_t thread) const;
  /// All that the thread ever held, by acquisition.
  const std::vector<Hold>& holds(std::uint16_t thread) const { return holds_[thread]; }

  /// Who holds what the blocked thread waits for: itself too, kNoThread if nobody.
  std::uint16_t holder(std::uint16_t waiter) const;

  /// The value read or written, if it was recorded.
  std::optional<std::uint64_t> value(Index i) const;

  /// The last event of a thread before `before` for which `wanted` holds.
  template <class Predicate>
  Index last(std::uint16_t thread, Index before, Predicate wanted) const {
    for (Index i = std::min(before, size()); i-- > 0;) {
      if (at(i).thread == thread && wanted(at(i))) return i;
    }
    return kNone;
  }

 private:
  const trace::Execution& execution_;
  std::map<std::uint64_t, std::vector<Index>> accesses_;
  std::vector<std::uint64_t> shared_;
  std::vector<std::vector<Hold>> holds_;  // by thread, by acquisition
};

/// Whether the operation took effect: it did not fail and did not time out.
bool succeeded(const trace::Event& event);

}  // namespace lockstep::explain
