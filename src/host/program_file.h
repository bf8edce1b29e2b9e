// The program under test as a file: found, looked into, and fit to be checked.
//
// Thread safety: pure functions. Every refusal is a UserError that says what to do.
#pragma once

#include <string>

namespace lockstep::host {

/// How the runtime gets into the program.
enum class Entry {
  kGcc,     // takes the place of libtsan.so.2
  kClang,   // takes the place of libclang_rt.tsan-x86_64.so
  kLinked,  // the program is linked with liblockstep_check.so
};

struct ProgramFile {
  std::string path;      // absolute
  std::string build_id;  // hexadecimal
  Entry entry = Entry::kGcc;
};

/// The file that a shell would run for `name`, or one of that name in the current directory.
std::string find_program(const std::string& name);

/// Throws UserError unless the file is an instrumented, dynamically linked x86-64 executable. The message calls it
/// `shown`, as the user did.
ProgramFile inspect_program(const std::string& path, const std::string& shown);

/// The build-id note, or a hash of the contents where there is none; empty if the file cannot be read.
std::string build_id_of(const std::string& path);

/// Where to find the library that stands in for the sanitizer's; empty for Entry::kLinked. Throws UserError.
std::string runtime_library(Entry entry);

}  // namespace lockstep::host
