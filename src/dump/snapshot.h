// A process at one moment: threads with registers, the memory that its waits and stacks lie in, what is mapped where.
//
// Taken from a live process (capture.h) or a core file (core_file.h); everything else in this folder reads only this.
// Thread safety: plain data; reading is const. Invariant: `threads` is in the order of their ids.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dump/async_loops.h"

namespace lockstep::dump {

/// The registers in the order of their DWARF numbers; 16 is the instruction pointer.
inline constexpr std::size_t kRegisters = 17;
inline constexpr std::size_t kRbp = 6, kRsp = 7, kRip = 16;

struct ThreadState {
  int tid = 0;
  int inner_tid = 0;  // as the process itself knows it: another one in a pid namespace
  std::string comm;
  bool ended = false;           // a zombie: main after pthread_exit
  bool registers_known = true;  // false: all but rsp and rip
  std::array<std::uint64_t, kRegisters> registers{};
  long syscall = -1;         // it sleeps in, -1 if it runs
  std::optional<bool> came;  // whether the descriptor that it sleeps for is ready; nothing: not known
  std::array<std::uint64_t, 6> arguments{};
};

struct Mapping {
  std::uint64_t low = 0, high = 0, offset = 0;
  bool executable = false, shared = false;
  std::string path;  // as the process names it
  std::string file;  // where it can be opened from here
};

/// Reads `size` bytes at `address`; false if they are not all there.
using Reader = std::function<bool(std::uint64_t address, void* into, std::size_t size)>;

class Memory {
 public:
  /// What was copied while the process stood still wins over `live`; the first copy of a place over later ones.
  void add(std::uint64_t address, std::vector<std::byte> bytes);
  void forget() { copies_.clear(); }
  /// Wins over all that was copied before.
  void replace(std::uint64_t address, const std::vector<std::byte>& bytes);
  void set_fallback(Reader live) { fallback_ = std::move(live); }

  bool read(std::uint64_t address, void* into, std::size_t size) const;
  /// As it is now, whatever was copied before.
  bool read_now(std::uint64_t address, void* into, std::size_t size) const {
    return fallback_ ? fallback_(address, into, size) : read(address, into, size);
  }
  template <typename T>
  T value(std::uint64_t address, T otherwise = {}) const {
    T out;
    return read(address, &out, sizeof out) ? out : otherwise;
  }

 private:
  std::map<std::uint64_t, std::vector<std::byte>> copies_;
  Reader fallback_;
};

struct Snapshot {
  int pid = 0;
  int view = 0;  // a thread whose entry in /proc has what the process has: the first one's is empty when it has ended
  bool live = true;     // false: a core file
  std::string program;  // its name
  std::string root;     // before the paths of its debug files, empty for this file system
  std::vector<ThreadState> threads;
  std::vector<Mapping> mappings;  // by address
  Memory memory;
  AsyncState async;  // what waits on the loops of lockstep::async
  double pause = 0;  // seconds from the first thread's stop to the last one's going on, the longest if there were two

  const ThreadState* thread(int tid) const;
  const ThreadState* inner_thread(std::uint64_t inner_tid) const;
  const Mapping* mapping(std::uint64_t address) const;
  /// The end of the mapping that a thread's stack lies in.
  std::uint64_t stack_end(const ThreadState& thread) const;
};

}  // namespace lockstep::dump
