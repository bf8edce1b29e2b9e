// Stacks and names of a snapshot, by libdwfl: unwinding on the copies, functions, lines, variables.
//
// Without symbols or debug information frames have addresses only; nothing here fails. Separate debug files are found
// by build-id and debug link below /usr/lib/debug, the process's own file system first; the folders that the
// environment's LOCKSTEP_DEBUG_PATH names, with colons between, are searched instead. Thread safety: none; the snapshot
// must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dump/snapshot.h"

namespace lockstep::dump {

struct Frame {
  std::uint64_t pc = 0;   // of the call, inside of the instruction
  std::uint64_t cfa = 0;  // the stack pointer before the call, 0 if unknown
  std::array<std::optional<std::uint64_t>, kRegisters> registers;
  std::string function;  // readable, without parameters; empty if unknown
  std::string file;      // as the compiler saw it; empty if unknown
  std::string module;    // the file that the code is in
  int line = 0;
  bool inlined = false;  // into the next frame
  bool library = true;   // not the user's code
};

struct Variable {
  std::string name, type;
  std::string file;
  int line = 0;
};

class Symbols {
 public:
  explicit Symbols(const Snapshot& snapshot);
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  /// Innermost first, inlined calls expanded.
  std::vector<Frame> stack(const ThreadState& thread);
  /// The function with the instruction, without the calls inlined into it, and without registers.
  Frame function(std::uint64_t pc);

  /// The variable with static storage at an address, with members: `accounts[1].mutex`.
  std::optional<std::string> global(std::uint64_t address);
  /// The variable of a frame that the address lies in: its name with members, its type, the line of its declaration.
  std::optional<Variable> local(const Frame& frame, std::uint64_t address);
  /// `name.member` where a pointer, reference or `this` among a frame's variables leads to an object with the address.
  std::optional<std::string> pointee(const Frame& frame, std::uint64_t address);

  /// The symbol of the function that begins at an address, through a jump of the procedure linkage table, too.
  std::string function_at(std::uint64_t address);
  /// Where the code of the function at `pc` begins, 0 if unknown.
  std::uint64_t start_of_function(std::uint64_t pc);
  /// Where the object with this symbol lies, as the linker writes it; of the program and libraries that are not the
  /// system's.
  std::optional<std::uint64_t> address_of(std::string_view symbol);
  /// The line of an instruction.
  std::optional<std::pair<std::string, int>> line(std::uint64_t pc);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep::dump
