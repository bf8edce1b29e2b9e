#include "symbols.h"

#include <cxxabi.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <cstdlib>

namespace lockstep::async::internal {

struct symbols::impl {
  Dwfl_Callbacks callbacks{};
  Dwfl* dwfl = nullptr;
};

symbols::symbols() : impl_(std::make_unique<impl>()) {
  static char* no_debuginfo_path = nullptr;
  impl_->callbacks.find_elf = dwfl_linux_proc_find_elf;
  impl_->callbacks.find_debuginfo = dwfl_standard_find_debuginfo;
  impl_->callbacks.debuginfo_path = &no_debuginfo_path;
  impl_->dwfl = dwfl_begin(&impl_->callbacks);
  if (!impl_->dwfl) return;
  dwfl_report_begin(impl_->dwfl);
  dwfl_linux_proc_report(impl_->dwfl, ::getpid());
  dwfl_report_end(impl_->dwfl, nullptr, nullptr);
}

symbols::~symbols() {
  if (impl_->dwfl) dwfl_end(impl_->dwfl);
}

code_place symbols::find(std::uintptr_t address) const {
  code_place place;
  Dwfl_Module* module = impl_->dwfl ? dwfl_addrmodule(impl_->dwfl, address) : nullptr;
  if (!module) return place;
  if (const char* name = dwfl_module_addrname(module, address)) {
    int status = 0;
    char* readable = abi::__cxa_demangle(name, nullptr, nullptr, &status);
    place.function = readable ? readable : name;
    std::free(readable);
  }
  Dwarf_Addr bias = 0;
  Dwarf_Die* unit = dwfl_module_addrdie(module, address, &bias);
  if (!unit) {
    // Clang writes no table of address ranges.
    while ((unit = dwfl_module_nextcu(module, unit, &bias)) && dwarf_haspc(unit, address - bias) != 1) {
    }
  }
  if (!unit) return place;
  if (Dwarf_Line* line = dwarf_getsrc_die(unit, address - bias)) {
    const char* file = dwarf_linesrc(line, nullptr, nullptr);
    if (file && dwarf_lineno(line, &place.line) == 0) place.file = file;
  }
  return place;
}

std::string symbols::describe(std::uintptr_t address) const {
  code_place place = find(address);
  std::string text = place.function.empty() ? "?" : coroutine_name(place.function);
  if (!place.file.empty()) text += " at " + place.file + ":" + std::to_string(place.line);
  return text;
}

std::string coroutine_name(std::string function) {
  if (std::size_t clone = function.find(" [clone"); clone != std::string::npos) function.resize(clone);
  if (function.find(".Frame*)") == std::string::npos) return function;
  // GCC: the body of fetch(int) is called fetch(fetch(int)::_Z5fetchi.Frame*).
  for (std::size_t open = function.find('(', 1); open != std::string::npos; open = function.find('(', open + 1)) {
    if (function.compare(open + 1, open, function, 0, open) == 0) return function.substr(0, open);
  }
  return function;
}

}  // namespace lockstep::async::internal
