// How an operation on a queue ended. Of pop functions, which return the value, only pushes and tests speak of it.
#pragma once

namespace lockstep::sync {

enum class queue_status {
  success,
  full,     ///< try_push: no room at the moment of the call
  empty,    ///< nothing to pop at the moment of the call
  closed,   ///< nothing can be pushed any more; of a pop: and nothing is left
  timeout,  ///< the time was up; nothing was done
  stopped,  ///< the token was stopped; nothing was done
};

}  // namespace lockstep::sync
