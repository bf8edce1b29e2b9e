// One pattern of the catalogue: a folder with a card and with small programs that show it, broken and fixed.
//
//   catalogue/<id>/card.toml    title, question, answer, and what a check of each program must give
//   catalogue/<id>/<name>.cpp   (or .c) a variant
//
// Thread safety: plain data and pure functions.
// Invariants of a loaded card: every variant has its file and every program file its variant; names are
// `broken...` if and only if the variant is expected to fail; kinds and patterns are words of the report's contract.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::catalogue {

enum class Expect {
  kFail,
  kPass,
  kComplete,  // passes, and every execution was explored
};
std::string_view expect_name(Expect expect);

struct Variant {
  std::string name;
  std::string what;
  Expect expect = Expect::kFail;
  std::string kind, pattern;         // of the bug, if it is to fail
  std::vector<std::string> options;  // of lockstep check
  std::string breaks, costs;         // of a fix
  // All that its executions come to, as `lockstep show` names them; empty if the card does not say.
  std::vector<std::string> outcomes;
  std::filesystem::path file;
};

struct Card {
  std::string id, title, section, question, pattern, primitive, answer;
  std::vector<std::string> reading;
  std::vector<Variant> variants;

  /// Null if there is none of that name.
  const Variant* variant(std::string_view name) const;
};

struct Section {
  std::string_view id, title;
};
/// In the order of the reference.
std::span<const Section> sections();
const Section* find_section(std::string_view id);

/// `fail: assertion, check-then-act`, `pass`, `complete`.
std::string expectation(const Variant& variant);

/// Throws UserError: what is wrong, with file and line.
Card load_card(const std::filesystem::path& folder);

}  // namespace lockstep::catalogue
