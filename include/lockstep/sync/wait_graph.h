// Who waits for whom in this process now; and a watchdog that reports a deadlock while it is there.
//
//     std::puts(lockstep::sync::wait_graph::now().to_text().c_str());     // also to_dot(), to_json()
//     lockstep::sync::watchdog dog;                                       // for the life of main()
//
// The watchdog looks four times a second; a circle that it sees in two looks in a row, with nobody in it having got on,
// is a deadlock and is reported once, within a second of its beginning: threads, names, who holds what since where,
// stacks. It sees mutex, fair_mutex, recursive_mutex and shared_mutex. Waits for semaphores, events and conditions are
// listed, but have no holder to wait for. Coroutines are listed as waiters, not as holders. While a watchdog runs, each
// thread that goes to sleep notes its stack, which takes some microseconds. Thread safety: everything may be called by
// any thread at any time. now() locks one bucket after the other: it is no snapshot, but a deadlock does not change any
// more.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lockstep/sync/parking.h"

namespace lockstep::sync {

class wait_graph {
 public:
  struct place {
    const void* object;
    std::string kind;  ///< empty if unknown
    std::string name;
    std::vector<void*> stack;  ///< where it was taken, or where the thread waits; may be empty
  };
  struct thread {
    std::uint32_t number;  ///< of the kernel
    std::string name;
    std::vector<place> holds;
    std::vector<place> waits;  ///< one or none
  };
  std::vector<thread> threads;                     ///< those that hold or wait
  std::vector<std::vector<std::uint32_t>> cycles;  ///< numbers of threads, each waits for the next
  std::vector<const void*> waiting_coroutines;     ///< what they wait for

  static wait_graph now();

  std::string to_text() const;
  std::string to_dot() const;
  std::string to_json() const;
};

namespace internal {

struct queued_wait {
  std::uint32_t thread;
  const void* object;
  stack_trace stack;
};

/// All waiters. Inline, because a program that is watched has another kind of bucket than the library.
inline std::vector<queued_wait> all_waits() {
  std::vector<queued_wait> all;
  for (bucket& b : parking_table::buckets) {
    std::lock_guard lock(b.lock);
    for (const waiter* w = b.first; w; w = w->next)
      all.push_back({w->thread, reinterpret_cast<const void*>(w->address), w->stack});
  }
  return all;
}
wait_graph make_wait_graph(const std::vector<queued_wait>& waits);

class watchdog_thread;
struct watchdog_deleter {
  void operator()(watchdog_thread* w) const noexcept;
};
using watchdog_pointer = std::unique_ptr<watchdog_thread, watchdog_deleter>;
watchdog_pointer start_watchdog(wait_graph (*look)(), std::function<void(const wait_graph&)> handler);

}  // namespace internal

inline wait_graph wait_graph::now() { return internal::make_wait_graph(internal::all_waits()); }

/// Looks for deadlocks as long as it exists. The handler runs in its thread; the default writes to_text() to standard
/// error.
class watchdog {
 public:
  explicit watchdog(std::function<void(const wait_graph&)> handler = {})
      : thread_(internal::start_watchdog(&wait_graph::now, std::move(handler))) {}

 private:
  internal::watchdog_pointer thread_;
};

}  // namespace lockstep::sync
