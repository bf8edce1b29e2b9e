// The reference, `docs/reference.md`: the sections' texts and the cards, with what the checker says of each program.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "catalogue/catalogue.h"

namespace lockstep::catalogue {

/// Markdown. A section's links to patterns, `](../<id>/)`, become links within the page; throws UserError if one leads
/// to a pattern that does not exist.
std::string reference(const Catalogue& catalogue);

/// A text as it may stand in a cell of a Markdown table.
std::string cell(std::string_view text);

}  // namespace lockstep::catalogue
