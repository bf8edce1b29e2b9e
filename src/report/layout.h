// Text on a terminal: widths and line breaks.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lockstep::report {

/// What is seen of a UTF-8 text: one column for each code point.
std::size_t columns(std::string_view text);

/// With spaces after it, up to `width` columns.
std::string pad(std::string text, std::size_t width);

/// Breaks at spaces; lines after the first are indented. A word longer than `width` columns stands alone on its line.
std::string wrap(const std::string& text, std::size_t width, std::size_t indent);

/// The words of a text, whatever stands between them, in lines of at most `width` columns, each behind `indent` spaces and
/// ended. Empty for a text without words.
std::string paragraph(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace lockstep::report
