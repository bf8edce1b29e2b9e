// What each kind and each pattern of bug is: the essays of docs/explain, which are compiled in.
//
// An essay is Markdown: its word as the title, a paragraph that says what it is, and then how it looks (a program), how
// to say it, which primitive fits, what each fix costs. Thread safety: pure functions; the texts live as long as the
// program.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::explain {

/// The essay about a kind or a pattern of the contract, empty for other words.
std::string_view essay(std::string_view word);

/// Its first paragraph, on one line.
std::string essay_summary(std::string_view word);

}  // namespace lockstep::explain
