// A dump of a process or a core file: from its snapshot to the picture of who waits for whom.
//
// Thread safety: as capture() and read_core(), whose errors it throws.
#pragma once

#include <string>

#include "dump/picture.h"

namespace lockstep::dump {

/// `watch`: seconds to look on before, without stopping it; then `unmoved` of the threads is known.
Picture dump_process(int pid, double watch);
Picture dump_core(const std::string& path);

}  // namespace lockstep::dump
