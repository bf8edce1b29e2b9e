// parallel_for(pool, begin, end, body): calls body(i) for each i from begin to end - 1, in parallel, and returns when
// all calls have returned.
//
//     lockstep::sync::parallel_for(pool, std::size_t{0}, pixels.size(), [&](std::size_t i) { shade(pixels[i]); });
//
// The range is halved until a piece has at most `grain` indices; a piece is run in order, on one thread. Without a
// grain a piece is an eighth of a worker's share, so that uneven pieces even out.
//
// Thread safety: may be called by any thread, and nested; body is called by several threads at a time.
// Errors: an exception of body is thrown when all pieces that were begun are done; other indices may not have been
// visited. Complexity: O(n / grain) forks. When not to use it: bodies that wait for each other (barrier and threads of
// your own).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

#include "lockstep/sync/fork_join.h"

namespace lockstep::sync {

namespace internal {

template <std::integral Index, class Body>
void run_range(thread_pool& pool, Index begin, Index end, Body& body, Index grain) {
  if (end - begin <= grain) {
    for (Index i = begin; i < end; ++i) body(i);
    return;
  }
  Index middle = static_cast<Index>(begin + (end - begin) / 2);
  fork_join(
      pool, [&] { run_range(pool, begin, middle, body, grain); }, [&] { run_range(pool, middle, end, body, grain); });
}

}  // namespace internal

/// `grain` 0: chosen from the length and the number of workers.
template <std::integral Index, class Body>
void parallel_for(thread_pool& pool, Index begin, Index end, Body&& body, Index grain = 0) {
  if (begin >= end) return;
  if (grain <= 0)
    grain = static_cast<Index>(std::max<std::size_t>(1, static_cast<std::size_t>(end - begin) / (8 * pool.size())));
  internal::run_range(pool, begin, end, body, grain);
}

}  // namespace lockstep::sync
