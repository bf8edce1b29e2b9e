#include "catalogue/toml_file.h"

#include <fmt/format.h>
// Its assertions fail for some damaged files, which it goes on to refuse without them.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <sstream>

#include "catalogue/catalogue.h"
#include "host/user_error.h"

namespace lockstep::catalogue {
namespace {

// Its words with one space between them: a text is a paragraph, however the file breaks it into lines.
std::string one_line(const std::string& text) {
  std::istringstream words(text);
  std::string out, word;
  while (words >> word) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

struct TomlTable::Reader {
  static TomlTable table(const toml::table& from, const std::string& file) {
    TomlTable out;
    out.file_ = file;
    out.line_ = from.source().begin.line;
    for (const auto& [key, node] : from) {
      Value v;
      v.line = node.source().begin.line;
      const std::string name(key.str());
      if (const auto* text = node.as_string()) {
        v.text = text->get();
      } else if (const auto* list = node.as_array()) {
        const bool tables = !list->empty() && list->get(0)->is_table();
        v.type = tables ? Value::kTables : Value::kTexts;
        for (const toml::node& element : *list) {
          if (tables && element.is_table()) {
            v.tables.push_back(table(*element.as_table(), file));
          } else if (!tables && element.is_string()) {
            v.texts.push_back(one_line(element.as_string()->get()));
          } else {
            fail(file, v.line, name, "is a mixed list; write texts only, or tables only");
          }
        }
      } else {
        fail(file, v.line, name, "is neither a text, a list of texts nor a list of tables; write it in quotes");
      }
      out.values_.emplace(name, std::move(v));
    }
    return out;
  }

  [[noreturn]] static void fail(const std::string& file, std::size_t line, const std::string& key,
                                const std::string& why) {
    throw host::UserError(fmt::format("{}:{}: {}: {}", file, line, key, why));
  }
};

TomlTable TomlTable::load(const std::filesystem::path& file) { return parse(read_file(file), file.string()); }

TomlTable TomlTable::parse(std::string_view text, const std::string& name) {
  try {
    return Reader::table(toml::parse(text, name), name);
  } catch (const toml::parse_error& error) {
    throw host::UserError(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

void TomlTable::refuse(const std::string& key, const std::string& why) const {
  const auto it = values_.find(key);
  Reader::fail(file_, it == values_.end() ? line_ : it->second.line, key, why);
}

const TomlTable::Value& TomlTable::need(const std::string& key, Value::Type type, std::string_view what) {
  asked_.insert(key);
  const auto it = values_.find(key);
  if (it == values_.end()) refuse(key, fmt::format("is missing; add {} = {}", key, what));
  if (it->second.type != type) refuse(key, fmt::format("has another shape; write {} = {}", key, what));
  return it->second;
}

std::string TomlTable::text(const std::string& key) {
  std::string out = one_line(need(key, Value::kText, "\"...\"").text);
  if (out.empty()) refuse(key, "is empty; say it in words");
  return out;
}

std::string TomlTable::text_or(const std::string& key, const std::string& fallback) {
  asked_.insert(key);
  return has(key) ? text(key) : fallback;
}

std::vector<std::string> TomlTable::texts(const std::string& key) {
  asked_.insert(key);
  return has(key) ? need(key, Value::kTexts, "[\"...\", \"...\"]").texts : std::vector<std::string>();
}

std::vector<TomlTable> TomlTable::tables(const std::string& key) {
  asked_.insert(key);
  if (!has(key)) return {};
  if (values_.at(key).type != Value::kTables) refuse(key, fmt::format("has another shape; write [[{}]]", key));
  return values_.at(key).tables;
}

void TomlTable::refuse_other_keys() const {
  for (const auto& [key, value] : values_) {
    if (!asked_.count(key)) {
      std::string known;
      for (const std::string& name : asked_) known += (known.empty() ? "" : ", ") + name;
      refuse(key, fmt::format("no such key; use one of {}", known));
    }
  }
}

}  // namespace lockstep::catalogue
