// What the frames of all coroutines of lockstep::async begin with, and how one of them hands over to the next.
// Internal.
//
// A coroutine goes on in one of two ways: a loop takes it from its ready queue, or another one hands over to it (its
// parent starts it, its child has ended). A hand-over must not grow the stack, or a loop of a million awaits overflows
// it. Clang makes the hand-over a jump in every mode (symmetric transfer). GCC does so only when it optimises, and
// never with sanitizers: there the next coroutine is left in `here.next`, and whoever resumed the last one resumes it
// (a trampoline). Measured, GCC's trampoline costs no more than GCC's jump.
//
// Invariants:
// 1. A suspended coroutine has exactly one that will resume it: a loop's queue, its child, or the operation it waits
// for.
// 2. A frame is destroyed at its final suspension, or before it has been started; never between.
// Thread safety: a frame belongs to the thread of its loop, from its start to its end.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/frame_pool.h"

namespace lockstep::async::internal {

class context;
class loop;
struct promise_base;

/// What this thread is doing.
struct thread_state {
  loop* current;           // the loop that runs on this thread
  void* next;              // the coroutine that goes on next; GCC only
  promise_base* finished;  // frames that the loop is to destroy, linked by `continuation`
  frame_pool frames;
  std::uint32_t waits;  // how many there were, by which debuggers tell them apart (layout.h); it may begin again
  std::uint16_t marks;  // given to promises that hold locks
};
constinit inline thread_local thread_state here{};

/// Told at the end of a task that nobody awaits by co_await (spawned, or one of several).
class completion {
 public:
  /// The coroutine to go on with, or nullptr. May not destroy the frame; free_later() does.
  virtual promise_base* completed(promise_base& task) noexcept = 0;

 protected:
  ~completion() = default;
};

enum class result_kind : std::uint8_t { none, value, error };

struct promise_base {
  static constexpr std::uintptr_t kCompletion = 1;  // `continuation` is a completion, not a promise

  std::uintptr_t continuation = 0;
  internal::context* context = nullptr;  // set when the coroutine is started
  union {
    const char* file = nullptr;  // of the last co_await, while holds is not `error`
    std::exception_ptr error;    // afterwards
  };
  std::uint32_t line = 0;
  result_kind holds = result_kind::none;
  bool started = false;
  std::uint16_t lock_mark = 0;  // tells it from an earlier one at its address, once it has held a lock (layout.h)

  promise_base() noexcept {}
  ~promise_base() {
    if (holds == result_kind::error) error.~exception_ptr();
  }
  promise_base(const promise_base&) = delete;
  promise_base& operator=(const promise_base&) = delete;

  static void* operator new(std::size_t size) { return here.frames.allocate(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { here.frames.release(frame, size); }

  // Every promise derives from promise_base first and is aligned no more strictly than the two pointers before it.
  std::coroutine_handle<> handle() noexcept { return std::coroutine_handle<promise_base>::from_promise(*this); }

  promise_base* awaited_by() const noexcept {
    return continuation & kCompletion ? nullptr : reinterpret_cast<promise_base*>(continuation);
  }
  completion* tells() const noexcept {
    return continuation & kCompletion ? reinterpret_cast<completion*>(continuation & ~kCompletion) : nullptr;
  }
  void start_for(promise_base& parent, internal::context* c) noexcept {
    continuation = reinterpret_cast<std::uintptr_t>(&parent);
    context = c;
    started = true;
  }
  void start_for(completion& whom, internal::context* c) noexcept {
    continuation = reinterpret_cast<std::uintptr_t>(&whom) | kCompletion;
    context = c;
    started = true;
  }
  void fail(std::exception_ptr e) noexcept {
    new (&error) std::exception_ptr(std::move(e));
    holds = result_kind::error;
  }
  /// At the end: who goes on, or nullptr.
  promise_base* next_after_end() noexcept {
    if (continuation & kCompletion) [[unlikely]]
      return tells()->completed(*this);
    return reinterpret_cast<promise_base*>(continuation);
  }
};

/// The loop destroys the frame when it has the thread again.
inline void free_later(promise_base& ended) noexcept {
  ended.continuation = reinterpret_cast<std::uintptr_t>(std::exchange(here.finished, &ended));
}
inline void free_finished() noexcept {
  while (promise_base* p = here.finished) {
    here.finished = reinterpret_cast<promise_base*>(p->continuation);
    p->handle().destroy();
  }
}

#if defined(__clang__)
using transfer_result = std::coroutine_handle<>;
inline transfer_result transfer(promise_base* p) noexcept {
  if (p) return p->handle();
  return std::noop_coroutine();
}
/// Resumes a coroutine and all that it hands over to.
inline void resume_chain(std::coroutine_handle<> h) { h.resume(); }
#else
using transfer_result = void;
inline transfer_result transfer(promise_base* p) noexcept { here.next = p ? p->handle().address() : nullptr; }
inline void resume_chain(std::coroutine_handle<> h) {
  for (;;) {
    h.resume();
    void* next = here.next;
    if (!next) return;
    here.next = nullptr;
    h = std::coroutine_handle<>::from_address(next);
  }
}
#endif

struct final_awaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  transfer_result await_suspend(std::coroutine_handle<Promise> h) const noexcept {
    return transfer(h.promise().next_after_end());
  }
  void await_resume() const noexcept {}
};

/// GCC before 13 copies the bytes of a lambda that is made inside of a co_await expression, and so breaks what it
/// captured by value unless that is trivially copyable (std::string, shared_ptr are not). Such a lambda needs a name:
///     auto f = [path] { … };  co_await to_thread(f);
template <class F>
inline constexpr bool kSurvivesCoAwait =
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    std::is_lvalue_reference_v<F> || std::is_trivially_copyable_v<std::remove_reference_t<F>>;
#else
    true;
#endif

/// What our own awaiters derive from. Others are awaited through a bridge (bridge.h).
struct awaiter_tag {};

}  // namespace lockstep::async::internal
