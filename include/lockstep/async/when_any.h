// when_any(a, b, …): the first of several tasks to end. The others are cancelled, and have ended when it returns.
//
//     auto first = co_await when_any(ask(primary), ask(replica));      // std::variant; index() says which
//     auto [index, value] = co_await when_any(std::move(tasks));       // a vector of tasks of one type
//
// A value of `void` is std::monostate. If the first to end threw, that is thrown. What the losers return or throw is
// dropped: do not put a task there whose result must not be lost (a read that takes data from a queue, say), unless its
// own cancel safety says that it can.
// Cancel safety: all tasks are cancelled and have ended; if one ended by itself before, its value is given all the
// same. Which thread resumes you: the loop's. The tasks start in order.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "lockstep/async/internal/group.h"
#include "lockstep/async/task.h"
#include "lockstep/async/when_all.h"

namespace lockstep::async {

namespace internal {

template <std::size_t I, class Variant, class First, class... Rest>
Variant take_first(promise_base* first, First& t, Rest&... rest) {
  if constexpr (sizeof...(Rest) > 0) {
    if (first != &t.promise()) return take_first<I + 1, Variant>(first, rest...);
  }
  return Variant(std::in_place_index<I>, take_value(t));
}

}  // namespace internal

template <class... T>
requires(sizeof...(T) > 0) task<std::variant<internal::value_or_monostate<T>...>> when_any(task<T>... tasks) {
  internal::group g(co_await internal::this_context{}, internal::group::until::first_end);
  (g.start(tasks.in(nullptr).child), ...);
  co_await g.all();
  co_return internal::take_first<0, std::variant<internal::value_or_monostate<T>...>>(g.first(), tasks...);
}

template <class T>
struct any_result {
  std::size_t index;
  internal::value_or_monostate<T> value;
};

template <class T>
task<any_result<T>> when_any(std::vector<task<T>> tasks) {
  if (tasks.empty()) throw std::invalid_argument("lockstep::async::when_any: no tasks");
  internal::group g(co_await internal::this_context{}, internal::group::until::first_end);
  for (task<T>& t : tasks) g.start(t.in(nullptr).child);
  co_await g.all();
  std::size_t i = 0;
  while (&tasks[i].promise() != g.first()) ++i;
  co_return any_result<T>{i, internal::take_value(tasks[i])};
}

}  // namespace lockstep::async
