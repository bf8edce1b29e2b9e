// What debuggers of other processes (`lockstep dump`) need to find the tasks of this one: what waits, in which order the
// structures lie, and who holds the locks. Internal.
//
// The program carries an ELF note, owner "Lockstep", type 1 (src/async/layout.cpp), whose eight bytes are the distance
// from themselves to `async_layout`. A note survives strip and every kind of linking, so neither symbols nor debug
// information are needed. The layout has all offsets, so that the tool and the program may be of different versions; a
// change that a reader could not follow by the offsets alone is a new kVersion.
// Thread safety: constants.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockstep::async::internal {

class loop;

/// What a wait_node waits for. Its subject is the word that says which one: see each. Values are part of the layout.
enum class wait_kind : std::uint8_t {
  other = 0,       // none
  time = 1,        // nanoseconds of the loop's clock
  send = 2,        // the address of the channel
  receive = 3,     // the same
  mutex = 4,       // the address of the primitive of lockstep::sync
  semaphore = 5,   // the same
  event = 6,       // the same
  push = 7,        // the same: a queue
  pop = 8,         // the same
  thread = 9,      // 32 bits: the kernel's number of the thread that runs the function; 0: none yet
  tasks = 10,      // the address of the context in which the awaited tasks run
  foreign = 11,    // none: an awaitable of another library
  descriptor = 32  // 32 bits: the descriptor; to the value the io_kind is added
};

/// What ends the waits in a context, besides that which they wait for. Part of the layout.
enum class context_kind : std::uint8_t {
  plain = 0,
  timed = 1,      // a time limit
  first_end = 2,  // the end of any of its tasks
};

inline constexpr std::size_t kMostLoops = 256;
/// The loops of the process; those beyond kMostLoops are left out of all dumps.
extern std::atomic<loop*> loops[kMostLoops];
/// The thread of the watchdog, 0 if there is none: it wakes nobody.
extern std::atomic<std::uint32_t> watchdog_thread;

struct layout {
  static constexpr std::uint64_t kMagic = 0x316b736174736b6cu;  // "lkstask1"
  static constexpr std::uint32_t kVersion = 2;

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t size;        // of this struct
  const void* loops;         // pointers to loops
  const void* lock_holders;  // lockstep/sync/lock_holders.h; a holder is a promise
  const void* watchdog_thread;
  std::uint32_t loop_count, lock_holder_count;
  // Offsets in a loop.
  std::uint32_t loop_root, loop_thread, loop_running, loop_resumed, loop_remote_waits, loop_stop, loop_virtual_time,
      loop_virtual_now, loop_remote;  // loop_remote: 1 when it sleeps and nothing was given to it since
  // In a context.
  std::uint32_t context_parent, context_first_child, context_next, context_owner, context_waiting, context_cancelled,
      context_shielded, context_kind;
  // In a wait_node; links point to the link of the next node.
  std::uint32_t node_link, node_waiter, node_kind, node_subject_at, node_cancelled, node_shielded;
  std::uint32_t link_next, link_previous;
  // In a promise. The frame begins that many bytes before it, with the address of the code that resumes it.
  std::uint32_t promise_in_frame, promise_continuation, promise_context, promise_file, promise_line, promise_holds,
      promise_mark, promise_completion_bit;
  // Tells a wait from all others on its loop's thread, for a while.
  std::uint32_t node_number;
};

}  // namespace lockstep::async::internal

/// Named for C, so that the note can name it. Hidden: each program or library that has a copy of the code has its own.
extern "C" __attribute__((visibility("hidden"))) const lockstep::async::internal::layout lockstep_async_layout;
