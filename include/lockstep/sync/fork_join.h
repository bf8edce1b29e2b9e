// fork_join(pool, f, g, ...): runs the functions, in parallel if workers are free, and returns when all are done.
//
//     long fib(thread_pool& pool, int n) {
//       if (n < 2) return n;
//       long a, b;
//       fork_join(pool, [&] { a = fib(pool, n - 1); }, [&] { b = fib(pool, n - 2); });
//       return a + b;
//     }
//
// The functions may use the caller's variables by reference: nothing outlives the call. Nothing is allocated: what is
// forked lies on the caller's stack, in the worker's deque, and is called directly if nobody has stolen it.
//
// Thread safety: may be called by any thread; called outside of the pool it moves into it and blocks the caller.
// Order: f begins first, on the caller's worker; what f did happens before fork_join returns, and so for g.
// Errors: exceptions are thrown when all is done, the first in the order of the arguments; if f has thrown, what nobody
// has begun yet is not run. A wait for a stolen function runs other work meanwhile (thread_pool.h says what follows
// from that).
//
// Complexity: some ten nanoseconds for a fork that is not stolen.
// When not to use it: work that is smaller than that, or that waits for other functions of the same fork_join.
// Source: Frigo, Leiserson, Randall, "The Implementation of the Cilk-5 Multithreaded Language", PLDI 1998.
#pragma once

#include <exception>
#include <utility>

#include "lockstep/sync/thread_pool.h"

namespace lockstep::sync {

namespace internal {

/// A function on the stack of the one that forks it.
template <class G>
struct forked : task {
  forked(thread_pool& p, G& g, void (*done)(thread_pool&, task&))
      : task([](task* t) {
          auto& self = *static_cast<forked*>(t);
          try {
            self.function();
          } catch (...) {
            self.exception = std::current_exception();
          }
          self.finish(self.pool, self);
        }),
        pool(p),
        function(g),
        finish(done) {}
  thread_pool& pool;
  G& function;
  void (*finish)(thread_pool&, task&);
  std::exception_ptr exception;
};

}  // namespace internal

template <class F, class G>
void fork_join(thread_pool& pool, F&& f, G&& g) {
  if (!pool.inside()) {
    pool.submit([&] { fork_join(pool, f, g); }).get();
    return;
  }
  internal::pool_worker& worker = *internal::current_worker;
  internal::forked<std::remove_reference_t<G>> second(pool, g,
                                                      [](thread_pool& p, internal::task& t) { p.finished(t); });
  worker.deque.push(&second);
  internal::light_fence();
  pool.sleepers_.signal();
  std::exception_ptr exception;
  try {
    f();
  } catch (...) {
    exception = std::current_exception();
  }
  // What f has forked is done. So the last entry is ours, or it was stolen, and with it all that are older.
  if (worker.deque.take()) {
    if (exception) std::rethrow_exception(exception);
    g();
    return;
  }
  pool.help_until_done(worker, second, {}, {});
  if (exception) std::rethrow_exception(exception);
  if (second.exception) std::rethrow_exception(second.exception);
}

template <class F, class G, class... More>
requires(sizeof...(More) > 0) void fork_join(thread_pool& pool, F&& f, G&& g, More&&... more) {
  fork_join(pool, f, [&] { fork_join(pool, g, more...); });
}

}  // namespace lockstep::sync
