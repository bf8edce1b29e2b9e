// From an offset in an object to the member there: `[1].balance`.
//
// Members that belong to a library's implementation (`_M_mutex`, `__data`) are left out, so that a std::mutex goes by
// the name of its variable. Thread safety: as libdw, one thread at a time for one file.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::names {

/// The type of a variable, of a member or of a parameter, without typedefs and qualifiers.
bool type_of(Dwarf_Die die, Dwarf_Die* type);
Dwarf_Word size_of_variable(Dwarf_Die die);

/// `classes`: the standard library's classes that the offset lies in, the innermost last, without their scope; `*` at
/// the end if a pointer is there.
std::string member_path(Dwarf_Die type, std::uint64_t offset, std::vector<std::string>* classes = nullptr);

}  // namespace lockstep::names
