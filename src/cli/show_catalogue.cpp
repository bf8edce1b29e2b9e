#include "cli/show_catalogue.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "catalogue/catalogue.h"
#include "cli/outputs.h"
#include "host/user_error.h"
#include "report/layout.h"

namespace lockstep::cli {
namespace {

using catalogue::Card;
using catalogue::Variant;

class Page {
 public:
  explicit Page(const report::TextStyle& style)
      : colour_(style.colour), width_(static_cast<std::size_t>(std::clamp(style.width, 40, 100))) {}

  void heading(const std::string& text) {
    out_ +=
        fmt::format("{}{}{}{}\n", out_.empty() ? "" : "\n", colour_ ? "\033[1m" : "", text, colour_ ? "\033[0m" : "");
  }
  void paragraph(std::string_view text, std::size_t indent = 2) { out_ += report::paragraph(text, indent, width_); }
  void verbatim(const std::string& text) { out_ += text; }

  void variant(const Variant& v) {
    out_ += fmt::format("  {:<28} {}\n", v.name, expectation(v));
    paragraph(v.what, 6);
    if (!v.breaks.empty()) paragraph("Breaks: " + v.breaks, 6);
    if (!v.costs.empty()) paragraph("Costs: " + v.costs, 6);
    if (!v.outcomes.empty()) paragraph(fmt::format("All outcomes: {}", fmt::join(v.outcomes, "; ")), 6);
    if (!v.options.empty()) paragraph(fmt::format("Checked with {}", fmt::join(v.options, " ")), 6);
  }
  void source(const Card& card, const Variant& v) {
    heading(fmt::format("{}/{}", card.id, v.file.filename().string()));
    verbatim(catalogue::read_file(v.file));
  }
  const std::string& text() const { return out_; }

 private:
  bool colour_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

bool is_in_catalogue(const std::string& name, const Arguments& arguments) {
  if (arguments.has("--catalogue")) return true;
  std::error_code ignored;
  if (std::filesystem::exists(name, ignored)) return false;
  try {
    return catalogue::load_catalogue(catalogue::catalogue_folder({})).card(name.substr(0, name.find('/'))) != nullptr;
  } catch (const host::UserError&) {
    return false;  // without a catalogue the word can only be meant as a program
  }
}

int show_catalogue(const std::string& name, const Arguments& arguments) {
  const auto all = catalogue::load_catalogue(catalogue::catalogue_folder(arguments.text("--catalogue")));
  const auto [card, one] = all.need_variant(name);
  Page words(style_for(arguments, STDOUT_FILENO));
  if (one) {
    words.heading(fmt::format("{}: {}", card->id, card->title));
    words.variant(*one);
    words.source(*card, *one);
  } else {
    words.heading(fmt::format("{}: {}", card->id, card->title));
    words.paragraph(fmt::format("Section {}; pattern {}.", card->section, card->pattern));
    words.heading("Question");
    words.paragraph(card->question);
    words.heading("A good answer");
    words.paragraph(card->answer);
    words.heading("The primitive that fits");
    words.paragraph(card->primitive);
    words.heading("Variants, and what a check gives");
    for (const Variant& v : card->variants) words.variant(v);
    if (!card->reading.empty()) words.heading("Further reading");
    for (const std::string& title : card->reading) words.paragraph(title);
    for (const Variant& v : card->variants) words.source(*card, v);
    words.heading("Next");
    words.verbatim(fmt::format("  lockstep run {}/{}\n", card->id, card->variants[0].name));
  }
  write_fully(STDOUT_FILENO, words.text(), "standard output");
  return 0;
}

}  // namespace lockstep::cli
