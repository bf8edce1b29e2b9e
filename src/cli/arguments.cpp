#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <set>

#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using host::UserError;

std::string hint(Command command) { return fmt::format("; see lockstep {} --help", command_name(command)); }

[[noreturn]] void unknown(Command command, const std::string& word) {
  const std::string near = nearest_flag(command, word);
  throw UserError(fmt::format("{}: no such option of lockstep {}{}{}", word, command_name(command),
                              near.empty() ? "" : fmt::format("; did you mean {}?", near), hint(command)));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

Arguments::Arguments(Command command, const std::vector<std::string>& words) {
  // The options end where the program begins: what looks like an option behind it is the program's.
  std::vector<std::string> options;
  std::size_t i = 0;
  for (; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help" || word == "-h") {
      help_ = true;
      return;
    }
    if (word == "--") {
      rest_.insert(rest_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      if (command == kCheck || command == kShow) {
        rest_.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
        break;
      }
      rest_.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const Flag* flag = find_flag(command, name);
    if (!flag) unknown(command, name);
    if (flag->value.empty() && equals != std::string::npos) {
      throw UserError(fmt::format("{}: takes no value; write {} alone", word, name));
    }
    std::string value;
    if (!flag->value.empty()) {
      if (equals != std::string::npos) {
        value = word.substr(equals + 1);
      } else if (i + 1 < words.size()) {
        value = words[++i];
      } else {
        throw UserError(fmt::format("{}: needs a value, {}{}", name,
                                    flag->choices.empty() ? flag->value : flag->choices, hint(command)));
      }
      if (value.empty()) throw UserError(fmt::format("{}: its value is empty; give it {}", name, flag->value));
    }
    options.push_back(flag->value.empty() ? name : fmt::format("{}={}", name, value));
  }

  CLI::App app;
  app.set_help_flag();
  std::map<std::string, std::vector<std::string>> given;
  for (const Flag& f : flags()) {
    if (!(f.commands & command)) continue;
    const std::string name(f.name);
    if (f.value.empty()) {
      app.add_flag_callback(name, [&given, name] { given[name].emplace_back("1"); });
    } else {
      CLI::Option* option = app.add_option_function<std::vector<std::string>>(
          name, [&given, name](const std::vector<std::string>& v) { given[name] = v; });
      option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      if (!f.choices.empty()) {
        const std::vector<std::string> words_allowed = split(f.choices, '|');
        option->check(CLI::Validator(
            [name, words_allowed, choices = std::string(f.choices)](std::string& v) {
              const bool known = std::find(words_allowed.begin(), words_allowed.end(), v) != words_allowed.end();
              return known ? std::string() : fmt::format("{} {}: no such choice; use one of {}", name, v, choices);
            },
            ""));
      }
    }
  }
  try {
    std::reverse(options.begin(), options.end());  // CLI11 takes them from the back
    app.parse(options);
  } catch (const CLI::ParseError& e) {
    std::string text = e.what();
    // CLI11 prefixes the option's name to a validator's words, which say it already.
    if (const std::size_t at = text.find(": --"); at != std::string::npos) text = text.substr(at + 2);
    throw UserError(text);
  }
  for (const auto& [name, values] : given) {
    const std::set<std::string> different(values.begin(), values.end());
    if (find_flag(command, name)->repeats) {
      values_[name] = values;
      continue;
    }
    if (different.size() > 1 || (values.size() > 1 && find_flag(command, name)->value.starts_with("FILE"))) {
      throw UserError(fmt::format("{}: given {} times; give it once", name, values.size()));
    }
    if (!values.empty()) values_[name] = {values.back()};
  }
}

std::string Arguments::text(std::string_view name, std::string_view fallback) const {
  const auto it = values_.find(std::string(name));
  return it == values_.end() ? std::string(fallback) : it->second.back();
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto it = values_.find(std::string(name));
  return it == values_.end() ? std::vector<std::string>() : it->second;
}

std::uint64_t Arguments::number(std::string_view name, std::uint64_t fallback) const {
  return has(name) ? parse_number(name, text(name)) : fallback;
}

double Arguments::time(std::string_view name, double fallback) const {
  return has(name) ? parse_time(text(name), name) : fallback;
}

std::uint64_t parse_number(std::string_view option, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range)
    throw UserError(fmt::format("{} {}: is too large; use a smaller number", option, text));
  if (error != std::errc() || end != text.data() + text.size()) {
    throw UserError(
        fmt::format("{} {}: is not a whole number; give it one, for example {} 1000", option, text, option));
  }
  return value;
}

double parse_time(const std::string& text, std::string_view option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const double factor = unit.empty() || unit == "s"    ? 1
                        : unit == "ms"                 ? 1e-3
                        : unit == "m" || unit == "min" ? 60
                        : unit == "h"                  ? 3600
                                                       : 0;
  if (error != std::errc() || factor == 0 || !(value >= 0)) {
    throw UserError(fmt::format("{} {}: is not a time; write for example 500ms, 30s or 2m", option, text));
  }
  if (value * factor > 365.0 * 24 * 3600)
    throw UserError(fmt::format("{} {}: is longer than a year; 0 means no limit", option, text));
  return value * factor;
}

}  // namespace lockstep::cli
