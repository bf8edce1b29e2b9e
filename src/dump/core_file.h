// Reads the snapshot out of an ELF core file, and the files that were mapped.
//
// Thread safety: pure. Throws host::UserError (exit status 2) for what is no core file of x86-64.
#pragma once

#include <string>

#include "dump/snapshot.h"

namespace lockstep::dump {

bool is_core_file(const std::string& path);
Snapshot read_core(const std::string& path);

}  // namespace lockstep::dump
