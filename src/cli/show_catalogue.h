// A card of the catalogue in words.
//
// Thread safety: none; it writes to standard output.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace lockstep::cli {

/// Whether a word that names no file names a card: --catalogue says so, or the part before the first `/` is its id.
bool is_in_catalogue(const std::string& name, const Arguments& arguments);

/// Prints the card of `PATTERN`, or the program of `PATTERN/VARIANT`; returns the exit status. --catalogue and --color
/// count. Throws UserError if there is none.
int show_catalogue(const std::string& name, const Arguments& arguments);

}  // namespace lockstep::cli
