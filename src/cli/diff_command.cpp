#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "catalogue/catalogue.h"
#include "catalogue/process.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using catalogue::Card;
using catalogue::Variant;
using host::UserError;
using Pairs = std::vector<std::pair<const Variant*, const Variant*>>;

const Variant* first(const Card& card, bool broken) {
  for (const Variant& v : card.variants) {
    if ((v.expect == catalogue::Expect::kFail) == broken) return &v;
  }
  throw UserError(fmt::format("{}: has no {} variant to compare; lockstep show {} shows it", card.id,
                              broken ? "broken" : "fixed", card.id));
}

Pairs pairs_of(const catalogue::Catalogue& all, const std::vector<std::string>& names) {
  const auto [card, variant] = all.need_variant(names[0]);
  std::vector<const Variant*> named;
  if (variant) named.push_back(variant);
  for (std::size_t i = 1; i < names.size(); ++i)
    named.push_back(all.need_variant(fmt::format("{}/{}", card->id, names[i])).second);
  if (named.size() > 2) throw UserError(fmt::format("{}: takes two variants at most", card->id));
  if (named.size() == 2) return {{named[0], named[1]}};
  if (named.size() == 1) {
    const bool broken = named[0]->expect == catalogue::Expect::kFail;
    return {broken ? std::pair(named[0], first(*card, false)) : std::pair(first(*card, true), named[0])};
  }
  Pairs out;
  const Variant* from = first(*card, true);
  first(*card, false);
  for (const Variant& v : card->variants) {
    if (v.expect != catalogue::Expect::kFail) out.emplace_back(from, &v);
  }
  return out;
}

}  // namespace

int diff_command(const std::vector<std::string>& words) {
  const Arguments arguments(kDiff, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kDiff));
    return 0;
  }
  if (arguments.rest().empty()) throw UserError("name a pattern of the catalogue; lockstep list names them");
  const auto all = catalogue::load_catalogue(catalogue::catalogue_folder(arguments.text("--catalogue")));
  const std::string colour = style_for(arguments, STDOUT_FILENO).colour ? "--color=always" : "--color=never";
  std::string out;
  for (const auto& [from, to] : pairs_of(all, arguments.rest())) {
    const auto label = [](const Variant* v) {
      return fmt::format("--label={}: {}", v->file.filename().string(), v->what);
    };
    const catalogue::Ended ended = catalogue::run_process(
        {"diff", "--unified", colour, label(from), label(to), from->file.string(), to->file.string()});
    if (ended.status > 1) throw UserError(fmt::format("diff: {}", ended.err));
    out += (out.empty() ? "" : "\n") + ended.out;
  }
  write_fully(STDOUT_FILENO, out, "standard output");
  return 0;
}

}  // namespace lockstep::cli
