// Names and lines of code addresses of this process, from its debug information (elfutils). Slow: for reports only.
// Thread safety: a `symbols` belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace lockstep::async::internal {

struct code_place {
  std::string function;  // demangled, without the compiler's suffixes; empty if unknown
  std::string file;      // empty if unknown
  int line = 0;
};

class symbols {
 public:
  symbols();
  ~symbols();
  symbols(const symbols&) = delete;
  symbols& operator=(const symbols&) = delete;

  /// Of an instruction. For a return address, give the one before it.
  code_place find(std::uintptr_t address) const;
  /// "function at file:line", as far as it is known.
  std::string describe(std::uintptr_t address) const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// "fetch" of "app::fetch(int) [clone .actor]": the name that a coroutine's author wrote.
std::string coroutine_name(std::string function);

}  // namespace lockstep::async::internal
