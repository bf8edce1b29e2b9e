#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "catalogue/catalogue.h"
#include "catalogue/sheet.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"
#include "report/layout.h"

namespace lockstep::cli {
namespace {

using catalogue::Answer;
using catalogue::Choice;
using catalogue::Question;
using catalogue::Sheet;
using host::UserError;

constexpr std::size_t kWidth = 100;

// Null when the input ends.
const Choice* ask(const Question& q) {
  fmt::print("\n{}\n", q.ask);
  for (std::size_t i = 0; i < q.choices.size(); ++i) {
    fmt::print("  {}  {:<14} {}\n", i + 1, q.choices[i].word, q.choices[i].say);
  }
  std::string line;
  for (;;) {
    fmt::print("> ");
    std::fflush(stdout);
    if (!std::getline(std::cin, line)) return nullptr;
    if (const Choice* named = q.choice(line)) return named;
    for (std::size_t i = 0; i < q.choices.size(); ++i) {
      if (line == std::to_string(i + 1)) return &q.choices[i];
    }
    fmt::print("Please type a number from 1 to {}, or one of the words.\n", q.choices.size());
  }
}

std::string in_words(const Answer& a) {
  const std::string pattern = a.program.substr(0, a.program.find('/'));
  return fmt::format("{}\n{}{}  Seen in: lockstep run {}  (lockstep show {})\n", a.primitive,
                     report::paragraph("Why: " + a.why, 2, kWidth), report::paragraph("Cost: " + a.costs, 2, kWidth),
                     a.program, pattern);
}

// Every option that was given must lie on the way to the answer.
void refuse_unused(const Sheet& sheet, const Arguments& arguments, const std::vector<std::string>& used) {
  for (const Question& q : sheet.questions) {
    if (arguments.has("--" + q.id) && std::find(used.begin(), used.end(), q.id) == used.end()) {
      throw UserError(fmt::format("--{}: is not asked on the way; lockstep which --table shows the ways", q.id));
    }
  }
}

}  // namespace

int which_command(const std::vector<std::string>& words) {
  const Arguments arguments(kWhich, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kWhich));
    return 0;
  }
  if (!arguments.rest().empty()) {
    throw UserError(fmt::format("{}: which takes options only; see lockstep which --help", arguments.rest()[0]));
  }
  const auto all = catalogue::load_catalogue(catalogue::catalogue_folder(arguments.text("--catalogue")));
  const Sheet sheet = catalogue::load_sheet(all);
  if (arguments.has("--table")) {
    write_fully(STDOUT_FILENO, catalogue::sheet_table(sheet), "standard output");
    return 0;
  }
  std::vector<std::string> way;
  for (const Question* q = &sheet.questions[0];;) {
    way.push_back(q->id);
    const Choice* choice = nullptr;
    if (arguments.has("--" + q->id)) {
      const std::string word = arguments.text("--" + q->id);
      choice = q->choice(word);
      if (!choice) throw UserError(fmt::format("--{} {}: no such choice; use one of {}", q->id, word, q->words()));
    } else if (isatty(STDIN_FILENO) == 1) {
      choice = ask(*q);
      if (!choice) return host::kExitUsage;
    } else {
      throw UserError(fmt::format("{} Add --{} {}; on a terminal lockstep which asks", q->ask, q->id, q->words()));
    }
    if (choice->next.empty()) {
      refuse_unused(sheet, arguments, way);
      fmt::print("{}{}", isatty(STDIN_FILENO) == 1 ? "\n" : "", in_words(sheet.answer(choice->pick)));
      return 0;
    }
    q = &sheet.question(choice->next);
  }
}

}  // namespace lockstep::cli
