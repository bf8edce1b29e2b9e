#include "catalogue/reference.h"

#include <fmt/format.h>

#include <sstream>

#include "host/user_error.h"

namespace lockstep::catalogue {
namespace {

constexpr std::string_view kIntroduction =
    "# The reference\n\n"
    "Concurrency for C++, section by section. Every claim has a program beside it, and each program's verdict is what\n"
    "`lockstep check` gives: `make test` checks all of them. \"Passes, complete\" means that every execution that "
    "C++'s\n"
    "memory model allows was explored, not that none was seen to fail; \"passes\" alone, that many were tried.\n\n"
    "`lockstep show PATTERN` prints a card with its programs, `lockstep run PATTERN/VARIANT` builds and checks a "
    "program and\n"
    "tells the failing execution step by step, `lockstep diff PATTERN` shows what a fix changes. Which primitive fits "
    "a\n"
    "problem: [which.md](which.md).\n\n"
    "This page is made from [`catalogue/`](../catalogue/) by `lockstep list --reference`; edit the cards, not the "
    "page.\n";

// The text's own heading repeats the section's title.
std::string without_title(const std::string& text) {
  if (!text.starts_with("# ")) return text;
  const std::size_t end = text.find_first_not_of('\n', text.find('\n'));
  return end == std::string::npos ? std::string() : text.substr(end);
}

std::string with_own_links(const Catalogue& all, std::string_view section, std::string text) {
  constexpr std::string_view kLink = "](../";
  for (std::size_t at = 0; (at = text.find(kLink, at)) != std::string::npos;) {
    const std::size_t start = at + kLink.size(), end = text.find(')', start);
    std::string id = text.substr(start, end - start);
    if (id.ends_with('/')) id.pop_back();
    if (!all.card(id)) {
      throw host::UserError(fmt::format("sections/{}.md: links to {}, which is no pattern", section, id));
    }
    text.replace(at, end - at, fmt::format("](#{}", id));
    at += 3;
  }
  return text;
}

std::string verdict(const Variant& v) {
  if (v.expect == Expect::kPass) return "passes";
  if (v.expect == Expect::kComplete) return "passes, complete";
  return fmt::format("**fails**: {}{}", v.kind, v.pattern == "none" ? "" : ", " + v.pattern);
}

std::string sentence(std::string_view label, std::string_view text) {
  return text.empty() ? std::string() : fmt::format(" *{}:* {}{}", label, text, text.ends_with('.') ? "" : ".");
}

// A long list would hide the rest of the table; it is in the card.
std::string outcomes(const Variant& v) {
  constexpr std::size_t kMost = 6;
  if (v.outcomes.empty()) return {};
  if (v.outcomes.size() > kMost) return fmt::format(" *Outcomes:* {}.", v.outcomes.size());
  return fmt::format(" *Outcomes:* `{}`.", fmt::join(v.outcomes, "`, `"));
}

std::string card_text(const Card& c) {
  std::string out = fmt::format("\n<a id=\"{}\"></a>\n### {}\n\n", c.id, c.title);
  out += fmt::format("**Question.** {}\n\n**Answer.** {}\n\n**What fits:** {}.\n\n", c.question, c.answer, c.primitive);
  out += fmt::format("| `lockstep run {}/...` | verdict | what it shows |\n|---|---|---|\n", c.id);
  for (const Variant& v : c.variants) {
    std::string options;
    if (!v.options.empty()) options = fmt::format(" (`{}`)", fmt::join(v.options, " "));
    out += fmt::format("| [`{}`](../catalogue/{}/{}) | {}{} | {}{}{}{} |\n", v.name, c.id, v.file.filename().string(),
                       verdict(v), options, cell(v.what), cell(sentence("Breaks", v.breaks)),
                       cell(sentence("Costs", v.costs)), cell(outcomes(v)));
  }
  if (!c.reading.empty()) out += fmt::format("\nFurther reading: {}.\n", fmt::join(c.reading, "; "));
  return out;
}

}  // namespace

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string reference(const Catalogue& all) {
  std::string out(kIntroduction);
  int number = 0;
  for (const Section& s : sections()) {
    out += fmt::format("\n## {}. {}\n\n", ++number, s.title);
    out += with_own_links(all, s.id, without_title(section_text(all, s.id)));
    for (const Card& c : all.cards) {
      if (c.section == s.id) out += card_text(c);
    }
  }
  return out;
}

}  // namespace lockstep::catalogue
