// The numbers that a variable consists of: of an int itself, of a std::atomic<int> the one inside, of a struct its
// members.
//
// Thread safety: as libdw, one thread at a time for one file.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <vector>

#include "names/debug_info.h"

namespace lockstep::names {

struct Leaf {
  std::string path;  // as member_path() has it: `.balance`, empty for the whole
  std::uint64_t offset = 0;
  unsigned size = 0;  // 1, 2, 4 or 8
  Encoding encoding = Encoding::kUnsigned;
};

/// Without those that no path tells apart, such as the insides of a std::mutex, and without unions; at most 256.
std::vector<Leaf> leaves_of(Dwarf_Die type);

}  // namespace lockstep::names
