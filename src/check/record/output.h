// Where the program's standard output and error go: nowhere while exploring, unless what it prints is its outcome; into
// the recording while recording.
#pragma once

#include "base/base.h"
#include "protocol/segment.h"

namespace lockstep::runtime::output {

/// To nowhere.
void redirect();
/// Both into a file.
void capture();
void collect(protocol::Recording& recording);
/// Standard output into a file, that of one execution at a time.
void keep_printed();
void forget_printed();
/// The execution fails here: what it still prints does not count.
void stop_printing();
/// What the execution has printed, up to `capacity`.
u32 printed(u8* text, u32 capacity, bool* cut);
void restore();

}  // namespace lockstep::runtime::output
