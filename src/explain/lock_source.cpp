#include "explain/lock_source.h"

#include <fmt/format.h>

#include <regex>

namespace lockstep::explain {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

std::size_t closing(const std::string& s, std::size_t open, char opens, char closes) {
  int depth = 0;
  for (std::size_t i = open; i < s.size(); ++i) {
    depth += (s[i] == opens) - (s[i] == closes);
    if (depth == 0) return i;
  }
  return std::string::npos;
}

// Statements that take the lock and give it back; `scope`: the guard's block may be left to do that.
std::string take(const LockCall& call) {
  if (!call.guard.empty()) return fmt::format("{} guard({});", call.guard, call.expression);
  return call.is_function ? fmt::format("{}(&{});", call.lock, call.expression)
                          : fmt::format("{}.{}();", call.expression, call.lock);
}
std::string give_back(const LockCall& call) {
  if (!call.guard.empty()) return {};
  return call.is_function ? fmt::format("{}(&{});", call.unlock, call.expression)
                          : fmt::format("{}.{}();", call.expression, call.unlock);
}

// The line above that has code, empty if there is none.
std::string code_above(const std::vector<std::string>& lines, std::size_t at) {
  while (at-- > 0) {
    std::string code = trimmed(code_of(lines[at]));
    if (!code.empty() && code[0] != '#') return code;
  }
  return {};
}

bool begins_statement(const std::string& above) {
  return above.empty() || std::string(";{}:)").find(above.back()) != std::string::npos || above.ends_with("else") ||
         above.ends_with("do");
}

bool is_jump(const std::string& statement) {
  static const std::regex kJump(R"(^(?:return|co_return|throw|break|continue|goto)\b)");
  return std::regex_search(statement, kJump);
}

// Without `{…}` that lists values.
std::string without_lists(std::string code) {
  static const std::regex kList(R"(\{[^;{}]*\})");
  for (std::string before; before != code;) {
    before = code;
    code = std::regex_replace(code, kList, "");
  }
  return code;
}

// One whole statement that is not itself made of others and declares nothing.
bool is_simple(const std::string& statement) {
  static const std::regex kOther(R"(^(?:if|else|for|while|do|switch|case|default|try|catch|using|typedef|template)\b)");
  static const std::regex kDeclares(
      R"(^(?!delete\b|co_await\b|throw\b)(?:(?:const|static|struct|unsigned|auto)\s+)*[A-Za-z_][\w:]*(?:<[^;=]*>)?[\s*&]+[\w\[\], ]+\s*(?:=(?!=)|\{|\(|;))");
  return statement.ends_with(';') && without_lists(statement).find_first_of("{}") == std::string::npos &&
         statement.find(';') == statement.size() - 1 && !std::regex_search(statement, kOther) &&
         !std::regex_search(statement, kDeclares);
}

// A statement, and the lines to put in its place.
std::optional<std::vector<std::string>> wrapped(const std::string& indent, const std::string& statement,
                                                const LockCall& call) {
  if (!call.guard.empty() && (is_simple(statement) || is_jump(statement))) {
    return std::vector<std::string>{indent + "{", indent + "  " + take(call), indent + "  " + statement, indent + "}"};
  }
  if (!is_simple(statement) || is_jump(statement)) return std::nullopt;
  return std::vector<std::string>{indent + take(call), indent + statement, indent + give_back(call)};
}

// `{ … }` on the line, the innermost that has the name in it: a function, a lambda or a block.
std::optional<std::string> in_braces(const std::string& line, const std::string& name, const LockCall& call) {
  std::size_t open = std::string::npos, close = std::string::npos;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '{') continue;
    const std::size_t end = closing(line, i, '{', '}');
    if (end == std::string::npos || !has_word(line.substr(i, end - i), name)) continue;
    open = i;
    close = end;
  }
  if (open == std::string::npos) return std::nullopt;
  std::string body = trimmed(line.substr(open + 1, close - open - 1));
  if (body.empty() || body.back() != ';') return std::nullopt;
  if (!call.guard.empty()) body = take(call) + " " + body;
  if (call.guard.empty()) {
    if (body.find("return") != std::string::npos || body.find("throw") != std::string::npos) return std::nullopt;
    body = take(call) + " " + body + " " + give_back(call);
  }
  return line.substr(0, open + 1) + " " + body + " " + line.substr(close);
}

}  // namespace

bool has_word(const std::string& text, const std::string& word) {
  if (word.empty()) return false;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) {
    const bool left = at > 0 && is_word(text[at - 1]);
    const bool right = at + word.size() < text.size() && is_word(text[at + word.size()]);
    if (!left && !right) return true;
  }
  return false;
}

std::string code_of(const std::string& line) { return line.substr(0, line.find("//")); }

std::string last_name(const std::string& object) {
  std::size_t from = object.size();
  while (from > 0 && is_word(object[from - 1])) --from;
  return object.substr(from);
}

std::optional<LockCall> lock_call(const std::string& line) {
  static const std::regex kGuard(
      R"(\b(std::(?:lock_guard|scoped_lock|unique_lock|shared_lock))(<[^;()]*>)?\s+\w+\s*[({]\s*([^;,(){}]+?)\s*[)}])");
  static const std::regex kFunction(
      R"(\b(pthread_mutex_|pthread_spin_|mtx_|pthread_rwlock_rd|pthread_rwlock_wr)lock\s*\(\s*(&?)\s*([^;,()]+?)\s*\))");
  static const std::regex kMember(R"(([\w.\->\[\]]+?)(?:\.|->)(lock|lock_shared)\s*\(\s*\))");
  const std::string code = code_of(line);
  std::smatch m;
  LockCall call;
  if (std::regex_search(code, m, kGuard)) {
    call.guard = (m[1] == "std::shared_lock" ? "std::shared_lock" : "std::lock_guard") + m[2].str();
    call.expression = m[3];
    return call;
  }
  if (std::regex_search(code, m, kFunction)) {
    const bool rwlock = m[1].str().starts_with("pthread_rwlock_");
    call.is_function = true;
    call.lock = m[1].str() + "lock";
    call.unlock = rwlock ? "pthread_rwlock_unlock" : m[1].str() + "unlock";
    call.expression = m[2].length() > 0 ? m[3].str() : fmt::format("*{}", m[3].str());
    return call;
  }
  if (std::regex_search(code, m, kMember)) {
    if (m[1].str().find("->") == 0) return std::nullopt;
    call.lock = m[2];
    call.unlock = m[2] == "lock" ? "unlock" : "unlock_shared";
    call.expression = m[1];
    return call;
  }
  return std::nullopt;
}

LockCall in_mode(LockCall call, bool writes) {
  constexpr std::string_view kShared = "std::shared_lock";
  if (writes && call.guard.starts_with(kShared)) call.guard = "std::lock_guard" + call.guard.substr(kShared.size());
  if (writes && call.lock == "lock_shared") {
    call.lock = "lock";
    call.unlock = "unlock";
  }
  if (writes && call.lock == "pthread_rwlock_rdlock") call.lock = "pthread_rwlock_wrlock";
  return call;
}

std::optional<std::vector<std::string>> with_lock(const std::vector<std::string>& lines, std::size_t at,
                                                  const std::string& name, const LockCall& call) {
  const std::string& line = lines[at];
  const std::size_t comment = line.find("//");
  if (comment != std::string::npos || line.find("/*") != std::string::npos) return std::nullopt;
  const std::string indent = line.substr(0, line.find_first_not_of(" \t"));
  const std::string code = trimmed(line), above = code_above(lines, at);
  const bool braced = !above.empty() && (above.back() == ')' || above.ends_with("else") || above.ends_with("do"));
  if (!begins_statement(above) && code.find('{') == std::string::npos) return std::nullopt;
  if (auto text = in_braces(line, name, call)) return std::vector<std::string>{*text};
  if (without_lists(code).find_first_of("{}") != std::string::npos) return std::nullopt;
  // `for (…) statement;`
  static const std::regex kHeader(R"(^(?:for|while|if)\s*\()");
  std::smatch m;
  if (std::regex_search(code, m, kHeader)) {
    const std::size_t end = closing(code, static_cast<std::size_t>(m.length()) - 1, '(', ')');
    if (end == std::string::npos || has_word(code.substr(0, end), name)) return std::nullopt;
    const auto inner = wrapped(indent + "  ", trimmed(code.substr(end + 1)), call);
    if (!inner) return std::nullopt;
    std::vector<std::string> out = {indent + code.substr(0, end + 1) + " {"};
    if (call.guard.empty()) {
      out.insert(out.end(), inner->begin(), inner->end());
    } else {  // the block is there already
      for (std::size_t i = 1; i + 1 < inner->size(); ++i) out.push_back((*inner)[i].substr(2));
    }
    out.push_back(indent + "}");
    return out;
  }
  if (is_jump(code) && !call.guard.empty() && !braced) return std::vector<std::string>{indent + take(call), line};
  auto out = wrapped(indent, code, call);
  if (out && call.guard.empty() && braced) {
    for (std::string& text : *out) text.insert(0, "  ");
    out->insert(out->begin(), indent + "{");
    out->push_back(indent + "}");
  }
  if (out || braced) return out;
  // A declaration has to stay in its block.
  static const std::regex kDeclaration(R"(^[A-Za-z_][\w:<>,\s*&]*\s[\w*&]+\s*(?:=|\{)[^;{}]*\}?;$)");
  if (!std::regex_match(code, kDeclaration) || is_jump(code)) return std::nullopt;
  if (call.guard.empty()) return std::vector<std::string>{indent + take(call), line, indent + give_back(call)};
  LockCall movable = call;
  if (movable.guard.starts_with("std::lock_guard")) movable.guard.replace(5, 10, "unique_lock");
  return std::vector<std::string>{indent + take(movable), line, indent + "guard.unlock();"};
}

bool is_under_lock(const std::vector<std::string>& lines, std::size_t at, const std::string& lock) {
  static const std::regex kTakes(R"(lock_guard|scoped_lock|unique_lock|shared_lock|lock(?:_shared)?\s*\()");
  static const std::regex kGives(R"(unlock(?:_shared)?\s*\()");
  int depth = 0;  // of blocks that are closed again before the line
  for (std::size_t n = at + 1; n-- > 0;) {
    const std::string code = code_of(lines[n]);
    if (n != at) {
      for (std::size_t i = code.size(); i-- > 0;) {
        if (code[i] == '}') ++depth;
        if (code[i] == '{' && depth > 0) --depth;
      }
    }
    if (depth > 0 || !has_word(code, lock)) continue;
    if (std::regex_search(code, kGives)) return n == at && std::regex_search(code, kTakes);
    if (std::regex_search(code, kTakes)) return true;
  }
  return false;
}

bool is_alone(const std::vector<std::string>& lines, std::size_t at) {
  static const std::regex kMain(R"(\bmain\s*\()");
  static const std::regex kClass(R"(\b(?:class|struct)\s+(\w+)[^;]*\{)");
  std::vector<std::string> openers;
  int depth = 0;
  for (std::size_t n = at + 1; n-- > 0;) {
    const std::string code = code_of(lines[n]);
    bool opens = n == at;
    for (std::size_t i = code.size(); i-- > 0 && n != at;) {
      if (code[i] == '}') ++depth;
      if (code[i] == '{' && depth-- == 0) {
        depth = 0;
        opens = true;
      }
    }
    if (!opens) continue;
    if (std::regex_search(code, kMain)) return true;
    std::smatch m;
    if (std::regex_search(code, m, kClass)) {
      const std::regex special("(^|[\\s~:])" + m[1].str() + R"(\s*\()");
      for (const std::string& opener : openers) {
        if (std::regex_search(opener, special)) return true;
      }
    }
    openers.push_back(code);
  }
  return false;
}

}  // namespace lockstep::explain
