// The watchdog: a thread that looks, every half of the limit, whether a loop still runs the coroutine that it ran the
// last time. It exists while there are loops to watch. Thread safety: any thread.
#pragma once

#include "lockstep/async/internal/loop.h"

namespace lockstep::async::internal {

void watch(loop& l);
void unwatch(loop& l);

}  // namespace lockstep::async::internal
