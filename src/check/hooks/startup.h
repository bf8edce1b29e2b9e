// The program's own constructors, main and destructors: what the C library does around main, done anew in every
// execution.
#pragma once

namespace lockstep::runtime::startup {

/// Functions of .fini_array and .fini of the program's file, in the order in which exit runs them.
void run_finalizers();

}  // namespace lockstep::runtime::startup
