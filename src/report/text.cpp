#include "names/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "report/layout.h"
#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

using explain::Finding;
using explain::Step;

class Text {
 public:
  explicit Text(const TextStyle& style)
      : style_(style), width_(static_cast<std::size_t>(std::clamp(style.width, 40, 200))) {}

  std::string render(const Report& r);
  std::string render(const std::vector<Step>& all) {
    steps(all);
    return out_;
  }

 private:
  void finding(const Finding& f, const Report& r);
  void library_finding(const Finding& f);
  void steps(const std::vector<Step>& all);
  void causes(const Finding& f);
  void fixes(const Finding& f);
  void output(const Finding& f);
  void line(const std::string& text) { out_ += text + "\n"; }
  void paragraph(const std::string& text, std::size_t indent = 0) {
    out_ += std::string(indent, ' ') + wrap(text, width_ - indent, indent) + "\n";
  }
  std::string styled(const char* code, const std::string& text) const {
    return style_.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  }

  TextStyle style_;
  std::size_t width_;
  std::string out_;
};

// Where all steps are of one file, `Node from list.cpp:7` is `Node from line 7`: the last column names the file.
std::vector<Step> with_short_places(std::vector<Step> steps) {
  std::set<std::string> files;
  for (const Step& s : steps) files.insert(names::base_name(s.file));
  files.erase("");
  if (files.size() != 1) return steps;
  const std::string long_form = " from " + *files.begin() + ":";
  for (Step& s : steps) {
    for (std::string* text : {&s.action, &s.why}) {
      for (std::size_t at; (at = text->find(long_form)) != std::string::npos;) {
        text->replace(at, long_form.size(), " from line ");
      }
    }
  }
  return steps;
}

void Text::steps(const std::vector<Step>& all) {
  const std::vector<Step> steps = with_short_places(all);
  std::size_t thread_width = 0, action_width = 0;
  for (const Step& s : steps) {
    thread_width = std::max(thread_width, columns(s.thread));
    action_width = std::max(action_width, columns(s.action));
  }
  thread_width = std::min<std::size_t>(thread_width, 40);
  action_width = std::min<std::size_t>(action_width, width_ > thread_width + 60 ? width_ - thread_width - 32 : 36);
  const std::size_t left = 7 + thread_width + 2;
  bool repeats = false;
  for (const Step& s : steps) {
    if (s.repeats && !repeats) line("  repeats for ever:");
    repeats = s.repeats;
    if (!s.folded.empty()) line(fmt::format("  ...  ({})", printable(s.folded)));
    // A line of the library's is no place that the reader could go to.
    const bool nowhere = s.file.empty() || names::is_library_file(s.file);
    const std::string place = nowhere ? "" : fmt::format("{}:{}", names::base_name(s.file), s.line);
    std::string text =
        fmt::format("{} {:>3}  {}  {}", s.turning_point ? ">" : " ", s.n,
                    styled("36", pad(printable(s.thread), thread_width)), pad(printable(s.action), action_width));
    if (!place.empty()) text += "  " + printable(place);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    line(text);
    std::string why = s.why;
    if (s.turning_point) why.insert(0, why.empty() ? "turning point" : "turning point: ");
    if (why.empty()) continue;
    const std::size_t indent = left + 2;
    why = std::string(left, ' ') + "- " + wrap(printable(why), width_ > indent + 20 ? width_ - indent : 40, indent);
    line(s.turning_point ? styled("1", why) : why);
  }
}

std::string place_text(const explain::Place& p) {
  return fmt::format("{}{}{}:{}", p.function, p.function.empty() ? "" : " at ", names::base_name(p.file), p.line);
}

// Why it came to it: what the steps alone do not say.
void Text::causes(const Finding& f) {
  for (const explain::Access& a : f.accesses) {
    line("");
    std::vector<std::string> locks;
    for (const std::string& lock : a.locks) locks.push_back("`" + lock + "`");
    paragraph(
        printable(fmt::format("{} {}, {}", a.thread, a.action,
                              locks.empty() ? "holding no lock" : fmt::format("holding {}", fmt::join(locks, ", ")))));
    for (std::size_t i = 0; i < std::min<std::size_t>(a.stack.size(), 6); ++i) {
      line(fmt::format("  {} {}", i == 0 ? "in" : "by", printable(place_text(a.stack[i]))));
    }
  }
  if (!f.unordered.empty()) {
    line("");
    paragraph(printable(f.unordered));
  }
  if (!f.waiting.empty() && f.conditions.empty()) {  // a cycle's steps and conditions have said it
    line("");
    line("Why nobody can go on:");
    std::size_t width = 0;
    for (const explain::Waiting& w : f.waiting) width = std::max(width, columns(w.thread));
    width = std::min<std::size_t>(width, 30);
    for (const explain::Waiting& w : f.waiting) {
      const std::size_t indent = width + 4;
      line("  " + styled("36", pad(printable(w.thread), width)) + "  " +
           wrap(printable(w.why), width_ > indent + 20 ? width_ - indent : 40, indent));
    }
  }
  if (!f.conditions.empty()) {
    line("");
    line("All four conditions of a deadlock hold; without one of them there is none:");
    for (const explain::Condition& c : f.conditions) {
      constexpr std::size_t kIndent = 20;
      line("  " + pad(c.name, 16) + "  " + wrap(printable(c.evidence), width_ - kIndent, kIndent));
    }
  }
  if (f.counterfactual) {
    line("");
    paragraph(printable(f.counterfactual->text));
  }
}

void Text::fixes(const Finding& f) {
  if (f.fixes.empty()) return;
  line("");
  line("What mends it:");
  for (std::size_t i = 0; i < f.fixes.size(); ++i) {
    const explain::Fix& fix = f.fixes[i];
    std::string text = fmt::format("{}. {}", fix.title, fix.how);
    if (!fix.breaks.empty()) text += fmt::format(" Breaks: {}.", fix.breaks);
    if (!fix.cost.empty()) text += fmt::format(" Cost: {}", fix.cost);
    line(fmt::format("  {}. ", i + 1) + wrap(printable(text), width_ - 5, 5));
    if (fix.diff.empty()) continue;
    std::string diff = printable(fix.diff, true);
    for (std::size_t at = 0; at < diff.size();) {
      std::size_t end = diff.find('\n', at);
      if (end == std::string::npos) end = diff.size();
      const std::string row = diff.substr(at, end - at);
      const char* colour = row.starts_with("+") ? "32" : row.starts_with("-") ? "31" : "2";
      line("     " + styled(colour, row));
      at = end + 1;
    }
  }
}

void Text::output(const Finding& f) {
  if (f.output.empty()) return;
  constexpr std::size_t kShown = 20;
  std::vector<std::string> lines;
  std::string text = printable(f.output, true);
  if (text.back() == '\n') text.pop_back();
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  line("");
  line("The program's output in this execution:");
  const std::size_t skip = lines.size() > kShown ? lines.size() - kShown : 0;
  if (skip > 0) line(fmt::format("  | ... {} lines before", skip));
  for (std::size_t i = skip; i < lines.size(); ++i) line("  | " + lines[i]);
}

// Nothing that the user could mend: what it is, and where in the user's code it happens.
void Text::library_finding(const Finding& f) {
  const auto at = std::find_if(f.steps.rbegin(), f.steps.rend(), [](const Step& s) { return !s.file.empty(); });
  std::string text = f.summary;
  if (at != f.steps.rend()) {
    const std::string place = fmt::format("{}:{}", names::base_name(at->file), at->line);
    if (text.find(place) == std::string::npos) text += fmt::format(" (Used at {}.)", place);
  }
  paragraph(styled("1;33", "warning: ") + printable(text));
}

void Text::finding(const Finding& f, const Report& r) {
  std::string head = std::string(trace::kind_name(f.kind));
  if (f.pattern != "none" && !f.pattern.empty()) head += ", " + f.pattern;
  const std::string test = f.test.empty() ? r.test : f.test;
  line(styled(f.warning ? "1;33" : "1;31", fmt::format("{}: {}", f.warning ? "warning" : "bug", head)) +
       (test.empty() ? "" : " in " + printable(test)));
  line("");
  paragraph(styled("1", printable(f.summary)));
  if (!f.steps.empty()) {
    line("");
    steps(f.steps);
  }
  if (f.stack.size() > 1) {
    line("");
    line("Called from:");
    for (std::size_t i = 1; i < std::min<std::size_t>(f.stack.size(), 12); ++i) line("  " + printable(f.stack[i]));
  }
  causes(f);
  fixes(f);
  output(f);
  line("");
  if (f.found_after > 0) {
    line(fmt::format("Found in execution {}, with {} preemption{}.", grouped(f.found_after), f.preemptions,
                     f.preemptions == 1 ? "" : "s"));
  }
  if (!f.trace.empty()) {
    line(fmt::format("Run it again: lockstep replay {}", printable(f.trace)));
    if (f.counterfactual && f.counterfactual->passes) {
      line(fmt::format("See it pass:  lockstep replay --counterfactual {}", printable(f.trace)));
    }
  }
  line("");
}

std::string Text::render(const Report& r) {
  for (const Finding& f : r.bugs) finding(f, r);
  for (const Finding& f : r.warnings) {
    if (!f.library) finding(f, r);
  }
  for (const Finding& f : r.warnings) {
    if (f.library) library_finding(f);
  }
  std::string program;
  for (const std::string& a : r.program) program += (program.empty() ? "" : " ") + a;
  for (const Report& t : r.tests) {
    std::string what = t.verdict;
    if (!t.bugs.empty()) what += fmt::format(" ({})", trace::kind_name(t.bugs[0].kind));
    line(fmt::format("  {}  {}: {}", pad(what, 22), printable(t.test), confidence(t)));
  }
  if (!r.unsupported.empty()) {
    paragraph("not supported: " + printable(r.unsupported));
    for (const std::string& where : r.unsupported_at) line("  at " + printable(where));
  }
  const char* code = r.verdict == "pass" ? "1;32" : r.verdict == "fail" ? "1;31" : "1;33";
  std::string how =
      r.tests.empty() ? confidence(r) : fmt::format("{} cases, {} executions", r.tests.size(), grouped(r.executions));
  if (!r.complete && !r.tests.empty()) how += ", not all of them complete";
  line(fmt::format("{}: {}: {} ({}, {}, {:.2f} s)", styled(code, r.verdict), printable(program), how,
                   trace::mode_name(r.mode), trace::model_name(r.model), r.seconds));
  return out_;
}

}  // namespace

std::string printable(const std::string& text, bool keep_lines) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if ((u < 0x20 && !(keep_lines && (c == '\n' || c == '\t'))) || u == 0x7f) {
      out += fmt::format("\\x{:02x}", u);
    } else {
      out += c;
    }
  }
  return out;
}

std::string to_text(const Report& report, const TextStyle& style) { return Text(style).render(report); }

std::string to_text(const std::vector<Step>& steps, const TextStyle& style) { return Text(style).render(steps); }

}  // namespace lockstep::report
