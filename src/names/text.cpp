#include "names/text.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

namespace lockstep::names {
namespace {

void remove_all(std::string& s, std::string_view what) {
  for (std::size_t at = s.find(what); at != std::string::npos; at = s.find(what, at)) s.erase(at, what.size());
}

// The position of the bracket that closes the one at `open`.
std::size_t closing(std::string_view s, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < s.size(); ++i) {
    if (s[i] == '<' || s[i] == '(' || s[i] == '{') ++depth;
    if ((s[i] == '>' && (i == 0 || s[i - 1] != '-')) || s[i] == ')' || s[i] == '}') {
      if (--depth == 0) return i;
    }
  }
  return std::string_view::npos;
}

// A bracket that opens outside of all others, from `from` on.
std::size_t top_level(std::string_view s, char wanted, std::size_t from = 0) {
  int depth = 0;
  for (std::size_t i = from; i < s.size(); ++i) {
    if (depth == 0 && s[i] == wanted) return i;
    if (s[i] == '<' || s[i] == '(' || s[i] == '{') ++depth;
    if ((s[i] == '>' && (i == 0 || s[i - 1] != '-')) || s[i] == ')' || s[i] == '}') --depth;
  }
  return std::string_view::npos;
}

bool inside_template(std::string_view s, std::size_t at) {
  int depth = 0;
  for (std::size_t i = 0; i < at; ++i) {
    if (s[i] == '<') ++depth;
    if (s[i] == '>' && i > 0 && s[i - 1] != '-') --depth;
  }
  return depth > 0;
}

}  // namespace

std::string readable(std::string name) {
  remove_all(name, "__cxx11::");
  remove_all(name, "[abi:cxx11]");
  remove_all(name, "(anonymous namespace)::");
  remove_all(name, "std::__1::");
  static const std::regex string_type("std::basic_string<char, std::char_traits<char>, std::allocator<char> ?>");
  name = std::regex_replace(name, string_type, "std::string");
  // Default allocators, comparisons and hashes say nothing.
  for (const std::string_view noise : {", std::allocator<", ", std::less<", ", std::hash<", ", std::equal_to<",
                                       ", std::default_delete<", ", std::char_traits<"}) {
    for (std::size_t at = name.find(noise); at != std::string::npos; at = name.find(noise, at)) {
      const std::size_t end = closing(name, at + noise.size() - 1);
      if (end == std::string::npos) break;
      name.erase(at, end + 1 - at);
    }
  }
  for (std::size_t at = name.find(" >"); at != std::string::npos; at = name.find(" >", at)) name.erase(at, 1);
  return name;
}

std::string demangle(const char* symbol) {
  if (!symbol) return {};
  int status = 0;
  char* text = abi::__cxa_demangle(symbol, nullptr, nullptr, &status);
  if (!text) return symbol;
  std::string out = readable(text);
  std::free(text);
  return out;
}

std::string function_only(std::string s) {
  s = readable(std::move(s));
  // `main::{lambda(int)#1}::operator()(int) const` and, from debug information, `main::<lambda(int)>::operator()`.
  for (const std::string_view mark : {"::{lambda(", "::<lambda("}) {
    // Not in the arguments of a template, `std::thread::thread<main()::<lambda()> >`: that is no lambda.
    for (std::size_t at = s.find(mark); at != std::string::npos; at = s.find(mark, at + 1)) {
      if (!inside_template(s, at)) return "lambda in " + function_only(s.substr(0, at));
    }
  }
  std::size_t from = s.find("operator");
  if (from == std::string::npos || (from > 0 && s[from - 1] != ':' && s[from - 1] != ' ')) {
    from = 0;
  } else {
    from += 8;
    if (s.compare(from, 2, "()") == 0) from += 2;
    while (from < s.size() && (s[from] == '<' || s[from] == '>' || s[from] == '=' || s[from] == '-')) ++from;
  }
  const std::size_t parameters = top_level(s, '(', from);
  if (parameters != std::string::npos) s.erase(parameters);
  // What remains is `[return type ]name`, a return type only before templates.
  if (s.find("operator") == std::string::npos) {
    for (std::size_t space = top_level(s, ' '); space != std::string::npos; space = top_level(s, ' ')) {
      s.erase(0, space + 1);
    }
  }
  return s;
}

std::string first_argument(std::string_view text, std::string_view name) {
  const std::string open = std::string(name) + "<";
  const std::size_t at = text.rfind(open);
  if (at == std::string_view::npos) return {};
  if (at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) || text[at - 1] == '_')) return {};
  const std::size_t start = at + open.size();
  const std::size_t end = closing(text, start - 1);
  if (end == std::string_view::npos) return {};
  const std::string_view inside = text.substr(start, end - start);
  std::string first(inside.substr(0, top_level(inside, ',')));
  while (!first.empty() && first.back() == ' ') first.pop_back();
  return first;
}

bool is_library_file(std::string_view path) {
  return path.empty() || path.starts_with("/usr/include/") || path.starts_with("/usr/lib/") ||
         path.find("/c++/") != std::string_view::npos || path.find("/bits/") != std::string_view::npos ||
         path.starts_with("bits/") || path.find("lockstep/check.h") != std::string_view::npos || is_sync_file(path) ||
         path.find("/sysdeps/") != std::string_view::npos;
}

bool is_sync_file(std::string_view path) { return path.find("lockstep/sync/") != std::string_view::npos; }

bool is_reserved(std::string_view name) {
  return name.size() >= 2 && name[0] == '_' && (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z'));
}

std::string base_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace lockstep::names
