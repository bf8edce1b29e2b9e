// when_all(a, b, …) and gather(range): tasks side by side, all of whose values are wanted.
//
//     auto [user, posts] = co_await when_all(load_user(id), load_posts(id));      // std::tuple
//     std::vector<page> pages = co_await gather(std::move(tasks));                 // in the order of the tasks
//
// A value of `void` is std::monostate. The first exception cancels the other tasks; when all have ended, it is thrown.
// Cancel safety: all tasks are cancelled, and have ended when `cancelled` is thrown; their values are lost.
// Which thread resumes you: the loop's. The tasks start in order.
#pragma once

#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "lockstep/async/internal/group.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

namespace internal {

template <class T>
using value_or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
value_or_monostate<T> take_value(task<T>& t) {
  if constexpr (std::is_void_v<T>) {
    t.promise().take();
    return {};
  } else {
    return t.promise().take();
  }
}

/// A task of the group failed: its exception. Otherwise nothing.
template <class T>
void rethrow_if(promise_base* failed, task<T>& t) {
  if (failed == &t.promise()) t.promise().take();
}

}  // namespace internal

template <class... T>
task<std::tuple<internal::value_or_monostate<T>...>> when_all(task<T>... tasks) {
  internal::group g(co_await internal::this_context{}, internal::group::until::first_error);
  (g.start(tasks.in(nullptr).child), ...);
  co_await g.all();
  (internal::rethrow_if(g.first(), tasks), ...);
  co_return std::tuple<internal::value_or_monostate<T>...>{internal::take_value(tasks)...};
}

template <class T>
task<std::vector<T>> gather(std::vector<task<T>> tasks) {
  internal::group g(co_await internal::this_context{}, internal::group::until::first_error);
  for (task<T>& t : tasks) g.start(t.in(nullptr).child);
  co_await g.all();
  for (task<T>& t : tasks) internal::rethrow_if(g.first(), t);
  std::vector<T> values;
  values.reserve(tasks.size());
  for (task<T>& t : tasks) values.push_back(t.promise().take());
  co_return values;
}

inline task<> gather(std::vector<task<>> tasks) {
  internal::group g(co_await internal::this_context{}, internal::group::until::first_error);
  for (task<>& t : tasks) g.start(t.in(nullptr).child);
  co_await g.all();
  for (task<>& t : tasks) internal::rethrow_if(g.first(), t);
}

}  // namespace lockstep::async
