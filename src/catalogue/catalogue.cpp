#include "catalogue/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <tuple>

#include "host/user_error.h"

namespace lockstep::catalogue {
namespace {

namespace fs = std::filesystem;
using host::UserError;

constexpr std::string_view kSectionTexts = "sections";

// How many letters at the start two words share; enough to guess what was meant.
std::size_t common_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

const Card* Catalogue::card(std::string_view id) const {
  const auto it = std::find_if(cards.begin(), cards.end(), [&](const Card& c) { return c.id == id; });
  return it == cards.end() ? nullptr : &*it;
}

const Card& Catalogue::need(const std::string& id) const {
  if (const Card* c = card(id)) return *c;
  std::string near;
  for (const Card& c : cards) {
    if (c.pattern == id || c.id.find(id) != std::string::npos || common_start(c.id, id) >= 4) {
      near += (near.empty() ? "" : ", ") + c.id;
    }
  }
  throw UserError(fmt::format("{}: no such pattern of the catalogue{}; lockstep list names them all", id,
                              near.empty() ? "" : "; did you mean one of: " + near));
}

std::pair<const Card*, const Variant*> Catalogue::need_variant(const std::string& name) const {
  const std::size_t slash = name.find('/');
  const Card& c = need(name.substr(0, slash));
  if (slash == std::string::npos) return {&c, nullptr};
  const std::string wanted = name.substr(slash + 1);
  if (const Variant* v = c.variant(wanted)) return {&c, v};
  std::string known;
  for (const Variant& v : c.variants) known += (known.empty() ? "" : ", ") + v.name;
  throw UserError(fmt::format("{}: {} has no such variant; it has {}", name, c.id, known));
}

Catalogue only_section(const Catalogue& catalogue, const std::string& section) {
  if (!find_section(section)) {
    std::string known;
    for (const Section& s : sections()) known += (known.empty() ? "" : ", ") + std::string(s.id);
    throw UserError(fmt::format("--section {}: no such section; use one of {}", section, known));
  }
  Catalogue out;
  out.folder = catalogue.folder;
  std::copy_if(catalogue.cards.begin(), catalogue.cards.end(), std::back_inserter(out.cards),
               [&](const Card& c) { return c.section == section; });
  return out;
}

fs::path own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

fs::path catalogue_folder(const std::string& asked_for) {
  std::string named = asked_for, by = "--catalogue";
  if (const char* variable = std::getenv("LOCKSTEP_CATALOGUE"); named.empty() && variable) {
    named = variable;
    by = "LOCKSTEP_CATALOGUE";
  }
  std::error_code error;
  if (!named.empty()) {
    if (fs::is_directory(named, error)) return fs::canonical(named);
    throw UserError(fmt::format("{} {}: no such directory", by, named));
  }
  const fs::path here = own_folder();
  for (const fs::path& base : {here, here.parent_path()}) {
    const fs::path place = base / "share" / "lockstep" / "catalogue";
    if (fs::is_directory(place, error)) return fs::canonical(place);
  }
  throw UserError(fmt::format("the catalogue is missing below {}; install lockstep again, or name it: --catalogue DIR",
                              (here.parent_path() / "share" / "lockstep").string()));
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UserError(fmt::format("{}: cannot be read; is the catalogue complete?", file.string()));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string section_text(const Catalogue& catalogue, std::string_view section) {
  const fs::path file = catalogue.folder / kSectionTexts / fmt::format("{}.md", section);
  return fs::exists(file) ? read_file(file) : std::string();
}

Catalogue load_catalogue(const fs::path& folder) {
  Catalogue out;
  out.folder = folder;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && entry.path().filename() != kSectionTexts) out.cards.push_back(load_card(entry.path()));
  }
  if (out.cards.empty()) throw UserError(fmt::format("{}: has no cards", folder.string()));
  std::map<std::string, std::tuple<const Section*, std::size_t, std::string>> place;
  for (const Card& c : out.cards) {
    const std::string text = section_text(out, c.section);
    place[c.id] = {find_section(c.section), text.find(fmt::format("](../{}/)", c.id)), c.id};
  }
  std::sort(out.cards.begin(), out.cards.end(),
            [&](const Card& a, const Card& b) { return place.at(a.id) < place.at(b.id); });
  return out;
}

}  // namespace lockstep::catalogue
