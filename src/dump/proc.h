// What /proc says of a process.
//
// Thread safety: pure functions. What is not there or not readable is empty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dump/snapshot.h"

namespace lockstep::dump {

std::string read_file(const std::string& path);
/// The target of a symbolic link.
std::string read_link(const std::string& path);
std::vector<int> thread_ids(int pid);
/// Whether a process has that thread, and it has not ended.
bool lives(int pid, int tid);
std::vector<Mapping> mappings_of(int pid);
/// A line of a `status` file: `field("Name", text)`.
std::string status_field(const std::string& status, const std::string& name);
/// The id of a thread in the innermost of its pid namespaces.
int inner_id(const std::string& status, int otherwise);

struct SyscallLine {
  long number = -1;
  std::array<std::uint64_t, 6> arguments{};
  std::uint64_t sp = 0, pc = 0;
  bool operator==(const SyscallLine&) const = default;
};
/// Nothing for a thread that runs, or that may not be looked at.
std::optional<SyscallLine> syscall_of(int pid, int tid);

}  // namespace lockstep::dump
