// Paragraphs for a terminal.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lockstep::cli {

/// The words of a text in lines of at most `width` columns, each behind `indent` spaces, the last one ended too.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace lockstep::cli
