// The TOML that the catalogue is written in: tables of texts, lists of texts, and lists of such tables. Whatever else
// stands in a file, and whatever key nobody asked for, is refused with its file and line.
//
// Thread safety: each table is one thread's.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::catalogue {

class TomlTable {
 public:
  /// Reads a file. Throws UserError if it cannot be read or is no TOML of this shape.
  static TomlTable load(const std::filesystem::path& file);
  /// The same of a text; messages call it `name`.
  static TomlTable parse(std::string_view text, const std::string& name);

  bool has(const std::string& key) const { return values_.count(key) > 0; }
  /// A text that must be there and not be empty. It is a paragraph: line ends in it are spaces.
  std::string text(const std::string& key);
  std::string text_or(const std::string& key, const std::string& fallback);
  std::vector<std::string> texts(const std::string& key);
  std::vector<TomlTable> tables(const std::string& key);
  /// Throws UserError if a key was not asked for; call it last.
  void refuse_other_keys() const;

  /// A UserError about a key of this table, or about the table if it has no such key.
  [[noreturn]] void refuse(const std::string& key, const std::string& why) const;

 private:
  struct Value {
    enum Type { kText, kTexts, kTables } type = kText;
    std::size_t line = 0;
    std::string text;
    std::vector<std::string> texts;
    std::vector<TomlTable> tables;
  };
  struct Reader;  // from the library's own types

  const Value& need(const std::string& key, Value::Type type, std::string_view what);

  std::string file_;
  std::size_t line_ = 1;
  std::map<std::string, Value> values_;
  std::set<std::string> asked_;
};

}  // namespace lockstep::catalogue
