// What the program's debug information says: which function and line an address is, which variable.
//
// Thread safety: none; use from one thread. Every lookup may read the files of the modules and is cached.
// Without debug information the answers are empty or come from the symbol table; nothing here fails.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trace/execution.h"

namespace lockstep::names {

struct SourceFrame {
  std::string function;  // readable, without parameters; empty if unknown
  std::string file;      // relative to where it was compiled, if it lies there; empty if unknown
  std::string full_path;
  int line = 0;
  int declared_line = 0;  // of the function
  bool library = true;    // not the user's code
  bool c = false;         // compiled as C
};

/// How the bytes of a number are to be read.
enum class Encoding { kSigned, kUnsigned, kFloat, kPointer };

/// A number with static storage: a variable, the inside of a std::atomic, a member or an element.
struct Scalar {
  std::string name;  // `accounts[1].balance`
  std::uint64_t addr = 0;
  unsigned size = 0;  // 1, 2, 4 or 8
  Encoding encoding = Encoding::kUnsigned;
  bool user = false;  // declared in the user's code
};

class DebugInfo {
 public:
  /// `program` is the file of the module whose path is empty.
  DebugInfo(const std::vector<trace::Module>& modules, const std::string& program);
  ~DebugInfo();
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;

  /// The function at an instruction and those it was inlined into, innermost first; at least one frame.
  const std::vector<SourceFrame>& at(std::uint64_t pc);

  struct Variable {
    std::string name;
    std::vector<std::string> classes;  // of the standard library that the place lies in, the innermost last
  };
  /// The variable with static storage at `addr`, with index and members: `accounts[1].balance`.
  std::optional<Variable> global(std::uint64_t addr);

  /// All numbers with static storage, by address.
  std::vector<Scalar> scalars();

  /// The variable of the frame with canonical frame address `cfa`, at instruction `pc`, that `addr` lies in.
  std::optional<Variable> local(std::uint64_t pc, std::uint64_t cfa, std::uint64_t addr);

  struct TypeInfo {
    std::uint64_t size;
    std::string path;                  // of the member at the offset: `.balance`, empty for the whole
    std::vector<std::string> classes;  // as in Variable
  };
  /// A type of the program by its qualified name, and the member at an offset of it.
  std::optional<TypeInfo> type(const std::string& name, std::uint64_t offset);

  /// Whether the program has a coroutine of that name: the compilers make functions `f.actor` or `f.resume` of it.
  bool is_coroutine(const std::string& function);

  /// The demangled symbol that `addr` lies in, empty if none.
  std::string symbol(std::uint64_t addr);

 private:
  std::optional<Variable> find_local(std::uint64_t pc, std::uint64_t cfa, std::uint64_t addr);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep::names
