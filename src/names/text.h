// Makes the names that compilers give readable.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::names {

/// Without the noise of the library's implementation: inline namespaces, ABI tags, default allocators.
std::string readable(std::string name);

/// The demangled, readable form of a symbol; the symbol itself if it is not a mangled name.
std::string demangle(const char* symbol);

/// A function's name without return type, parameters and qualifiers: `Queue<int>::push`, `lambda in main`.
std::string function_only(std::string demangled);

/// The first template argument of the last `name<…>` in `text`; empty if there is none.
std::string first_argument(std::string_view text, std::string_view name);

/// Whether a source file is the system's or the standard library's, and not the user's.
bool is_library_file(std::string_view path);
/// A header of lockstep::sync: a library, too.
bool is_sync_file(std::string_view path);

/// Whether a member or function name is an implementation detail of a library (`_M_mutex`, `__data`).
bool is_reserved(std::string_view name);

std::string base_name(std::string_view path);

/// The lines of a text, without their ends; they live as long as the text.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace lockstep::names
