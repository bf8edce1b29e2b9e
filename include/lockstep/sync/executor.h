// Where a waiting coroutine goes on. lockstep::sync has no scheduler of its own and depends on none: whatever has a
// member `post(std::coroutine_handle<>)` will do.
//
//     struct inline_executor { void post(std::coroutine_handle<> h) { h.resume(); } };
//     auto guard = co_await mutex.lock_async(executor);
//
// `post` is called once for each wait that had to wait, by the thread that ended it (the unlocker, or the one that
// requested the stop), after it released all internal locks. It must not throw. It may resume the coroutine at once;
// the unlocker's call then returns when the coroutine suspends again. The executor must live as long as coroutines wait
// with it.
#pragma once

#include <concepts>
#include <coroutine>
#include <type_traits>

namespace lockstep::sync {

template <class E>
concept executor = requires(E& e, std::coroutine_handle<> h) {
  e.post(h);
};

/// A reference to an executor of any type. Two pointers, copied freely.
class executor_ref {
 public:
  template <executor E>
  requires(!std::same_as<std::remove_cv_t<E>, executor_ref>) executor_ref(E& e)
  noexcept  // NOLINT(google-explicit-constructor): passed like a reference
      : target_(const_cast<void*>(static_cast<const volatile void*>(&e))),
        post_([](void* target, std::coroutine_handle<> h) { static_cast<E*>(target)->post(h); }) {}

  void post(std::coroutine_handle<> h) const { post_(target_, h); }

 private:
  void* target_;
  void (*post_)(void*, std::coroutine_handle<>);
};

}  // namespace lockstep::sync
