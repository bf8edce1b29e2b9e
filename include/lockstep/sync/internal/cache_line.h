// How far apart data of different threads must lie. (std::hardware_destructive_interference_size may differ between
// compilers and options, and then between the two sides of an interface.)
#pragma once

#include <cstddef>

namespace lockstep::sync::internal {

inline constexpr std::size_t kCacheLine = 64;

}  // namespace lockstep::sync::internal
