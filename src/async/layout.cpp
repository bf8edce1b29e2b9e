#include "lockstep/async/internal/layout.h"

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/async/internal/promise.h"
#include "lockstep/sync/lock_holders.h"

namespace lockstep::async::internal {

constinit std::atomic<loop*> loops[kMostLoops] = {};
constinit std::atomic<std::uint32_t> watchdog_thread{0};

// Members of classes with private ones: both compilers lay them out in order.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
static_assert(sizeof(remote_queue) == sizeof(void*));  // its one word

/// The friend that may name private members.
struct layout_access {
  static constexpr layout kLayout = {
      .magic = layout::kMagic,
      .version = layout::kVersion,
      .size = sizeof(layout),
      .loops = loops,
      .lock_holders = sync::internal::lock_holders,
      .watchdog_thread = &watchdog_thread,
      .loop_count = kMostLoops,
      .lock_holder_count = sync::internal::kLockHolders,
      .loop_root = offsetof(loop, root_),
      .loop_thread = offsetof(loop, thread_number_),
      .loop_running = offsetof(loop, running_),
      .loop_resumed = offsetof(loop, resumed_),
      .loop_remote_waits = offsetof(loop, remote_waits_),
      .loop_stop = offsetof(loop, stop_),
      .loop_virtual_time = offsetof(loop, virtual_time_),
      .loop_virtual_now = offsetof(loop, virtual_now_),
      .loop_remote = offsetof(loop, remote_),
      .context_parent = offsetof(context, parent_),
      .context_first_child = offsetof(context, first_child_),
      .context_next = offsetof(context, next_),
      .context_owner = offsetof(context, owner_),
      .context_waiting = offsetof(context, waiting_),
      .context_cancelled = offsetof(context, cancelled_),
      .context_shielded = offsetof(context, shielded_),
      .context_kind = offsetof(context, kind_),
      .node_link = offsetof(wait_node, next) - offsetof(list_link, next),
      .node_waiter = offsetof(wait_node, waiter_),
      .node_kind = offsetof(wait_node, kind_),
      .node_subject_at = offsetof(wait_node, subject_at_),
      .node_cancelled = offsetof(wait_node, cancelled_),
      .node_shielded = offsetof(wait_node, shielded_),
      .link_next = offsetof(list_link, next),
      .link_previous = offsetof(list_link, previous),
      .promise_in_frame = 2 * sizeof(void*),
      .promise_continuation = offsetof(promise_base, continuation),
      .promise_context = offsetof(promise_base, context),
      .promise_file = offsetof(promise_base, file),
      .promise_line = offsetof(promise_base, line),
      .promise_holds = offsetof(promise_base, holds),
      .promise_mark = offsetof(promise_base, lock_mark),
      .promise_completion_bit = promise_base::kCompletion,
      .node_number = offsetof(wait_node, number_),
  };
};
#pragma GCC diagnostic pop

}  // namespace lockstep::async::internal

extern "C" __attribute__((used)) constinit const lockstep::async::internal::layout lockstep_async_layout =
    lockstep::async::internal::layout_access::kLayout;

// The note: lengths of owner and body, type, owner, body.
asm(R"(
  .pushsection .note.lockstep.async, "a", @note
  .balign 4
  .long 9, 8, 1
  .asciz "Lockstep"
  .balign 4
  .quad lockstep_async_layout - .
  .popsection
)");
