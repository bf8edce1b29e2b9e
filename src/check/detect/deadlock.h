// Nobody can go on: deadlock, or livelock when all that do not wait for another thread's end spin.
#pragma once

#include "base/base.h"

namespace lockstep::runtime::detect {

[[noreturn]] void deadlock(const u16* live, u32 count);

}  // namespace lockstep::runtime::detect
