#include "catalogue/card.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalogue/toml_file.h"
#include "explain/essays.h"
#include "host/user_error.h"
#include "trace/vocabulary.h"

namespace lockstep::catalogue {
namespace {

namespace fs = std::filesystem;
using host::UserError;

constexpr std::array kSections = {
    Section{"parallelism", "Concurrency and parallelism"},
    Section{"locks", "Locks and their relatives"},
    Section{"deadlock", "Deadlock"},
    Section{"livelock", "Livelock and starvation"},
    Section{"races", "Races"},
    Section{"producer-consumer", "Producer and consumer"},
    Section{"philosophers", "Dining philosophers"},
    Section{"memory-model", "The memory model"},
    Section{"interview", "Interview questions"},
    Section{"machines", "Across machines, in miniature"},
    Section{"anti-patterns", "Anti-patterns"},
};

constexpr std::array<std::string_view, 2> kExtensions = {".cpp", ".c"};

bool made_of(std::string_view word, char separator) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !word.empty() && word.front() != separator && word.back() != separator &&
         std::all_of(word.begin(), word.end(), [&](char c) { return letter(c) || c == separator; });
}

bool is_pattern(std::string_view word) {
  return word == "none" || (!explain::essay(word).empty() && !trace::parse_kind(word));
}

Expect parse_expect(TomlTable& table) {
  const std::string word = table.text("expect");
  for (const Expect e : {Expect::kFail, Expect::kPass, Expect::kComplete}) {
    if (word == expect_name(e)) return e;
  }
  table.refuse("expect", fmt::format("{} is no verdict; use fail, pass or complete", word));
}

fs::path file_of(TomlTable& table, const fs::path& folder, const std::string& name) {
  std::vector<fs::path> found;
  for (const std::string_view extension : kExtensions) {
    fs::path file = folder / (name + std::string(extension));
    if (fs::is_regular_file(file)) found.push_back(std::move(file));
  }
  if (found.empty()) table.refuse("name", fmt::format("{} has no program; add {}.cpp or {}.c", name, name, name));
  if (found.size() > 1)
    table.refuse("name", fmt::format("{} has two programs; keep one of {}.cpp, {}.c", name, name, name));
  return found[0];
}

Variant read_variant(TomlTable table, const fs::path& folder, const std::string& card_pattern) {
  Variant v;
  v.name = table.text("name");
  if (!made_of(v.name, '_')) table.refuse("name", fmt::format("{} is not in snake_case", v.name));
  v.what = table.text("what");
  v.expect = parse_expect(table);
  const bool broken = v.name.starts_with("broken");
  if (!broken && !v.name.starts_with("fixed")) {
    table.refuse("name", fmt::format("{} begins with neither broken nor fixed", v.name));
  }
  if (broken != (v.expect == Expect::kFail)) {
    table.refuse("expect",
                 fmt::format("{} of {}: what is broken fails, what is fixed does not", expect_name(v.expect), v.name));
  }
  if (broken) {
    v.kind = table.text("kind");
    if (!trace::parse_kind(v.kind)) table.refuse("kind", fmt::format("{} is no kind of bug", v.kind));
    v.pattern = table.text_or("pattern", card_pattern);
    if (!is_pattern(v.pattern)) table.refuse("pattern", fmt::format("{} is no pattern", v.pattern));
  } else {
    v.breaks = table.text("breaks");
    v.costs = table.text("costs");
  }
  v.options = table.texts("options");
  v.outcomes = table.texts("outcomes");
  table.refuse_other_keys();
  v.file = file_of(table, folder, v.name);
  return v;
}

}  // namespace

std::string_view expect_name(Expect expect) {
  return expect == Expect::kFail ? "fail" : expect == Expect::kPass ? "pass" : "complete";
}

const Variant* Card::variant(std::string_view name) const {
  const auto it = std::find_if(variants.begin(), variants.end(), [&](const Variant& v) { return v.name == name; });
  return it == variants.end() ? nullptr : &*it;
}

std::span<const Section> sections() { return kSections; }

const Section* find_section(std::string_view id) {
  const auto it = std::find_if(kSections.begin(), kSections.end(), [&](const Section& s) { return s.id == id; });
  return it == kSections.end() ? nullptr : &*it;
}

std::string expectation(const Variant& v) {
  if (v.expect != Expect::kFail) return std::string(expect_name(v.expect));
  return fmt::format("fail: {}, {}", v.kind, v.pattern == "none" ? "no pattern" : v.pattern);
}

Card load_card(const fs::path& folder) {
  const fs::path file = folder / "card.toml";
  TomlTable table = TomlTable::load(file);
  Card c;
  c.id = folder.filename().string();
  if (!made_of(c.id, '-')) throw UserError(fmt::format("{}: its folder's name is not in kebab-case", file.string()));
  c.title = table.text("title");
  c.section = table.text("section");
  if (!find_section(c.section)) {
    std::string known;
    for (const Section& s : kSections) known += (known.empty() ? "" : ", ") + std::string(s.id);
    table.refuse("section", fmt::format("{} is no section; use one of {}", c.section, known));
  }
  c.question = table.text("question");
  c.pattern = table.text("pattern");
  if (!is_pattern(c.pattern)) table.refuse("pattern", fmt::format("{} is no pattern", c.pattern));
  c.primitive = table.text("primitive");
  c.answer = table.text("answer");
  c.reading = table.texts("reading");
  for (TomlTable& t : table.tables("variant")) {
    Variant v = read_variant(t, folder, c.pattern);
    if (c.variant(v.name)) t.refuse("name", fmt::format("{} is there twice", v.name));
    c.variants.push_back(std::move(v));
  }
  if (c.variants.empty()) table.refuse("variant", "is missing; add [[variant]] with its program");
  table.refuse_other_keys();
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const bool program =
        std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
    if (program && !c.variant(path.stem().string())) {
      throw UserError(fmt::format("{}: {} has no [[variant]]", file.string(), path.filename().string()));
    }
  }
  return c;
}

}  // namespace lockstep::catalogue
