// The cheat sheet, `catalogue/which.toml`: a few questions that end in a primitive, why it fits, what it costs, and the
// program of the catalogue that shows it.
//
// Thread safety: plain data and pure functions.
// Invariants of a loaded sheet: each choice leads to a question or to an answer, never back; every question and answer
// is reached; each answer's programs are in the catalogue.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalogue/catalogue.h"

namespace lockstep::catalogue {

struct Choice {
  std::string word, say;
  std::string next, pick;  // a question's or an answer's name; one of them is empty
};

struct Question {
  std::string id;  // as an option of lockstep which: --<id>
  std::string ask;
  std::vector<Choice> choices;

  const Choice* choice(std::string_view word) const;
  /// `a|b|c`
  std::string words() const;
};

struct Answer {
  std::string id, primitive, why, costs, program;
};

struct Sheet {
  std::vector<Question> questions;  // the first one is where it begins
  std::vector<Answer> answers;

  const Question& question(std::string_view id) const;
  const Answer& answer(std::string_view id) const;
};

/// Throws UserError.
Sheet load_sheet(const Catalogue& catalogue);

/// `docs/which.md`.
std::string sheet_table(const Sheet& sheet);

}  // namespace lockstep::catalogue
