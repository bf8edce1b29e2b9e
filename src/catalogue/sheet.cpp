#include "catalogue/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "catalogue/reference.h"
#include "catalogue/toml_file.h"
#include "host/user_error.h"

namespace lockstep::catalogue {
namespace {

template <typename Named>
const Named* find(const std::vector<Named>& all, std::string_view id) {
  const auto it = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.id == id; });
  return it == all.end() ? nullptr : &*it;
}

Question read_question(TomlTable& table) {
  Question q;
  q.id = table.text("id");
  q.ask = table.text("ask");
  for (TomlTable& t : table.tables("choice")) {
    Choice c;
    c.word = t.text("word");
    c.say = t.text("say");
    c.next = t.text_or("next", "");
    c.pick = t.text_or("pick", "");
    if (c.next.empty() == c.pick.empty()) t.refuse("word", "leads nowhere or to two places; give it next or pick");
    if (q.choice(c.word)) t.refuse("word", fmt::format("{} is there twice", c.word));
    t.refuse_other_keys();
    q.choices.push_back(std::move(c));
  }
  if (q.choices.empty()) table.refuse("choice", "is missing; add [[question.choice]]");
  table.refuse_other_keys();
  return q;
}

Answer read_answer(TomlTable& table, const Catalogue& catalogue) {
  Answer a;
  a.id = table.text("id");
  a.primitive = table.text("primitive");
  a.why = table.text("why");
  a.costs = table.text("costs");
  a.program = table.text("program");
  const std::size_t slash = a.program.find('/');
  const Card* card = catalogue.card(a.program.substr(0, slash));
  if (slash == std::string::npos || !card || !card->variant(a.program.substr(slash + 1))) {
    table.refuse("program", fmt::format("{} is no PATTERN/VARIANT of the catalogue", a.program));
  }
  table.refuse_other_keys();
  return a;
}

// Goes through all that a question leads to. A question may be asked once on the way to an answer.
void visit(const Sheet& sheet, const std::string& id, std::set<std::string> way, std::set<std::string>* reached,
           const std::string& file) {
  const Question* q = find(sheet.questions, id);
  if (!q) throw host::UserError(fmt::format("{}: next = {}: there is no such question", file, id));
  if (!way.insert(id).second) throw host::UserError(fmt::format("{}: question {} leads back to itself", file, id));
  reached->insert(id);
  for (const Choice& c : q->choices) {
    if (!c.next.empty()) {
      visit(sheet, c.next, way, reached, file);
    } else if (find(sheet.answers, c.pick)) {
      reached->insert("answer " + c.pick);
    } else {
      throw host::UserError(fmt::format("{}: pick = {}: there is no such answer", file, c.pick));
    }
  }
}

void add_rows(const Sheet& sheet, const Question& q, const std::string& said, const std::string& options,
              std::string* out) {
  for (const Choice& c : q.choices) {
    const std::string all_said = said + (said.empty() ? "" : "; ") + c.say;
    const std::string all_options = fmt::format("{}{}--{} {}", options, options.empty() ? "" : " ", q.id, c.word);
    if (!c.next.empty()) {
      add_rows(sheet, sheet.question(c.next), all_said, all_options, out);
      continue;
    }
    const Answer& a = sheet.answer(c.pick);
    *out += fmt::format("| {} | {} | {} | {} | [`{}`](../catalogue/{}/) | `{}` |\n", cell(all_said), cell(a.primitive),
                        cell(a.why), cell(a.costs), a.program, a.program.substr(0, a.program.find('/')), all_options);
  }
}

}  // namespace

const Choice* Question::choice(std::string_view word) const {
  const auto it = std::find_if(choices.begin(), choices.end(), [&](const Choice& c) { return c.word == word; });
  return it == choices.end() ? nullptr : &*it;
}

std::string Question::words() const {
  std::string out;
  for (const Choice& c : choices) out += (out.empty() ? "" : "|") + c.word;
  return out;
}

const Question& Sheet::question(std::string_view id) const { return *find(questions, id); }
const Answer& Sheet::answer(std::string_view id) const { return *find(answers, id); }

Sheet load_sheet(const Catalogue& catalogue) {
  const std::filesystem::path path = catalogue.folder / "which.toml";
  TomlTable table = TomlTable::load(path);
  Sheet sheet;
  for (TomlTable& t : table.tables("question")) {
    Question q = read_question(t);
    if (find(sheet.questions, q.id)) t.refuse("id", fmt::format("{} is there twice", q.id));
    sheet.questions.push_back(std::move(q));
  }
  for (TomlTable& t : table.tables("answer")) {
    Answer a = read_answer(t, catalogue);
    if (find(sheet.answers, a.id)) t.refuse("id", fmt::format("{} is there twice", a.id));
    sheet.answers.push_back(std::move(a));
  }
  if (sheet.questions.empty()) table.refuse("question", "is missing; add [[question]]");
  table.refuse_other_keys();
  std::set<std::string> reached;
  visit(sheet, sheet.questions[0].id, {}, &reached, path.string());
  for (const Question& q : sheet.questions) {
    if (!reached.count(q.id))
      throw host::UserError(fmt::format("{}: nothing leads to question {}", path.string(), q.id));
  }
  for (const Answer& a : sheet.answers) {
    if (!reached.count("answer " + a.id)) {
      throw host::UserError(fmt::format("{}: nothing leads to answer {}", path.string(), a.id));
    }
  }
  return sheet;
}

std::string sheet_table(const Sheet& sheet) {
  std::string out =
      "# Which primitive fits\n\n"
      "The questions of `lockstep which`, answered. Made by `lockstep which --table` from\n"
      "[`catalogue/which.toml`](../catalogue/which.toml); edit that file, not this one. `lockstep run` checks the "
      "program\n"
      "of a row, `lockstep show` explains it.\n\n"
      "| you need | take | because | it costs | seen in | `lockstep which` |\n|---|---|---|---|---|---|\n";
  add_rows(sheet, sheet.questions[0], "", "", &out);
  return out;
}

}  // namespace lockstep::catalogue
