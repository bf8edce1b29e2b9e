#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "catalogue/catalogue.h"
#include "catalogue/reference.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using catalogue::Card;
using catalogue::Catalogue;
using catalogue::Variant;
using Json = nlohmann::ordered_json;

std::string to_json(const Catalogue& all) {
  Json patterns = Json::array();
  for (const Card& c : all.cards) {
    Json variants = Json::array();
    for (const Variant& v : c.variants) {
      Json one{{"name", v.name}, {"file", v.file.string()}, {"expect", expect_name(v.expect)}};
      if (v.expect == catalogue::Expect::kFail) {
        one["kind"] = v.kind;
        one["pattern"] = v.pattern;
      }
      one["what"] = v.what;
      if (!v.options.empty()) one["options"] = v.options;
      if (!v.outcomes.empty()) one["outcomes"] = v.outcomes;
      variants.push_back(std::move(one));
    }
    patterns.push_back(
        Json{{"id", c.id}, {"section", c.section}, {"title", c.title}, {"pattern", c.pattern}, {"variants", variants}});
  }
  return Json{{"schema", 1}, {"folder", all.folder.string()}, {"patterns", patterns}}.dump(2) + "\n";
}

std::string to_text(const Catalogue& all) {
  std::string out;
  std::string_view section;
  for (const Card& c : all.cards) {
    if (c.section != section) {
      section = c.section;
      out += fmt::format("{}{} ({})\n", out.empty() ? "" : "\n", catalogue::find_section(section)->title, section);
    }
    out += fmt::format("  {:<30} {}\n", c.id, c.title);
    for (const Variant& v : c.variants) out += fmt::format("    {:<28} {}\n", v.name, expectation(v));
  }
  return out;
}

}  // namespace

int list_command(const std::vector<std::string>& words) {
  const Arguments arguments(kList, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kList));
    return 0;
  }
  if (!arguments.rest().empty()) {
    throw host::UserError(fmt::format("{}: list takes options only; lockstep show {} shows a pattern",
                                      arguments.rest()[0], arguments.rest()[0]));
  }
  const bool reference = arguments.has("--reference"), json = arguments.has("--json");
  if (reference && (json || arguments.has("--section"))) {
    throw host::UserError("--reference: is the whole, and Markdown; leave --json and --section out");
  }
  Catalogue all = catalogue::load_catalogue(catalogue::catalogue_folder(arguments.text("--catalogue")));
  if (arguments.has("--section")) all = catalogue::only_section(all, arguments.text("--section"));
  write_fully(STDOUT_FILENO,
              reference ? catalogue::reference(all)
              : json    ? to_json(all)
                        : to_text(all),
              "standard output");
  return 0;
}

}  // namespace lockstep::cli
