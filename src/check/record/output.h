// Where the program's standard output and error go: nowhere while exploring, into the recording while recording.
#pragma once

#include "protocol/segment.h"

namespace lockstep::runtime::output {

void redirect();
void capture();
void collect(protocol::Recording& recording);
void restore();

}  // namespace lockstep::runtime::output
