// Which calls of the checker's hooks stand in the concurrency part of the standard library: the loops of std::latch,
// std::atomic<T>::wait and std::atomic<std::shared_ptr> are the library's steps, not the user's. And which code is
// std::atomic<std::shared_ptr>, whose races inside of libstdc++ are not the user's either.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::names {

/// What a source file says about an access that stands in it.
enum class FileRole {
  kUser,     // it is the user's, or that of a part of the library that the user steps through: containers, iostreams
  kWrapper,  // std::atomic itself: the access belongs to whoever called it
  kConcurrency,  // it belongs to the library
};

FileRole role_of(std::string_view path);

/// The return addresses of the calls to imported `__tsan_*` functions that belong to the library, ascending, as
/// addresses of the file (without load bias). A call belongs to the first function, innermost of the inlined ones
/// first, that is no wrapper; a wrapper that is not inlined counts as the user's. Empty without debug information.
///
/// Throws std::runtime_error, with a text that can follow the file's name, for what is no x86-64 ELF file.
std::vector<std::uint64_t> library_sites(const std::string& program);

/// Addresses of the file (without load bias) from `low` up to, not including, `high`.
struct CodeRange {
  std::uint64_t low, high;
  bool operator==(const CodeRange&) const = default;
};

/// Where the code of functions is that libstdc++'s <bits/shared_ptr_atomic.h> declares, inlined or not, with all that
/// is inlined into them: ascending, without overlaps and never two that touch. Empty without debug information.
///
/// Throws as library_sites() does.
std::vector<CodeRange> atomic_shared_ptr_code(const std::string& program);
/// The same for std::lock (and so std::scoped_lock), which tries, gives back and tries again.
std::vector<CodeRange> lock_algorithm_code(const std::string& program);

}  // namespace lockstep::names
