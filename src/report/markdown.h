// The Markdown that this project writes itself (essays, cards), on a terminal.
//
// Understood: `#` headings, paragraphs, `-` lists, fenced code, **bold**, `code`; comments <!-- --> are left out.
// Anything else is printed as it stands. Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

namespace lockstep::report {

/// Ends with a line end. Complete without colour: headings stand on their own lines, code is indented.
std::string markdown_to_text(std::string_view markdown, const TextStyle& style);

}  // namespace lockstep::report
