#include "names/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <set>

#include "dump/forms.h"

namespace lockstep::dump {
namespace {

std::string clean(const std::string& text) { return report::printable(report::valid_utf8(text)); }

std::string where(const StackFrame& f) {
  if (f.line > 0) return fmt::format("{}:{}", names::base_name(f.file), f.line);
  return fmt::format("{} {:#x}", f.module, f.address);
}

// With the id, unless it is a part of the name already.
std::string full_name(const Picture& p, const Thread& t) {
  if (t.loop != 0) {
    const Thread* loop = p.thread(t.loop);
    return t.name + (loop ? fmt::format(" (on the loop of {})", loop->name) : "");
  }
  const std::string id = std::to_string(t.tid);
  return t.name.ends_with(" " + id) ? t.name : t.name + " (" + id + ")";
}

class Text {
 public:
  Text(const Picture& p, const report::TextStyle& style, bool all) : p_(p), style_(style), all_(all) {}

  std::string render();

 private:
  using Group = std::vector<const Thread*>;

  // How much is shown of each group, and of how many.
  struct Measure {
    std::size_t frames, stuck_groups, other_groups;
  };
  std::string render(const Measure& measure);
  void section(const std::string& title, const std::vector<std::string>& states);
  void group(const Group& g);
  void stack(const Thread& t);
  void taken(const Wait& w);
  std::string styled(const char* code, const std::string& text) const {
    return style_.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  }
  // Cut where the screen ends: a line here is one fact.
  void line(const std::string& text, const char* code = nullptr) {
    const auto width = static_cast<std::size_t>(std::max(style_.width, 40));
    std::string shown = clean(text);
    if (!all_ && shown.size() > width) shown = report::valid_utf8(shown.substr(0, width - 3)) + "...";
    out_ += (code ? styled(code, shown) : shown) + "\n";
  }
  // How threads are told apart: what each waits for, and where.
  std::string key(const Thread& t) const {
    std::string k = t.unmoved ? "unmoved " : "";
    k += t.wait ? wait_text(p_, t) + t.wait->mode : t.state;
    for (const StackFrame& f : t.stack) k += fmt::format("|{:x}", f.address);
    // A coroutine's code is the same wherever it stands.
    if (t.loop != 0) {
      for (const StackFrame& f : t.stack) k += fmt::format("|{}", f.line);
    }
    return k;
  }

  const Picture& p_;
  const report::TextStyle& style_;
  bool all_;
  Measure measure_{};
  std::string out_;
};

void Text::taken(const Wait& w) {
  if (!w.taken || w.holders.empty()) return;
  const Thread* holder = p_.thread(w.holders.front());
  if (!holder) return;
  std::string at = w.taken->function;
  if (w.taken->line > 0) at += fmt::format(" at {}:{}", names::base_name(w.taken->file), w.taken->line);
  line(fmt::format("      {} {}took it in {}", holder->name, w.taken_certain ? "" : "probably ", at));
}

void Text::stack(const Thread& t) {
  std::size_t width = 0, shown = 0;
  const bool any_user = user_frame(t) != nullptr;
  std::vector<const StackFrame*> frames;
  std::set<const StackFrame*> starters;  // of the task before; the library's functions between them may be left out
  bool started = false;
  for (const StackFrame& f : t.stack) {
    started |= f.started;
    if (!all_ && any_user && f.library) continue;
    if (started && !frames.empty()) starters.insert(&f);
    started = false;
    frames.push_back(&f);
    if (!all_ && ++shown == measure_.frames) break;
  }
  for (const StackFrame* f : frames) width = std::max(width, std::min<std::size_t>(clean(f->function).size(), 48));
  for (const StackFrame* f : frames) {
    if (starters.count(f) > 0) line("      started by", "2");
    line(fmt::format("      {:<{}}  {}", f->function.empty() ? "?" : clean(f->function), width, where(*f)), "2");
  }
}

void Text::group(const Group& g) {
  const Thread& t = *g.front();
  const std::string who =
      g.size() == 1 ? full_name(p_, t) : count_text(p_, t.loop == 0 ? g.size() : 0, t.loop == 0 ? 0 : g.size());
  std::string what = t.state == "running" ? "runs" : t.state;
  if (t.wait) what = g.size() > 1 && !is_join(*t.wait) ? "each " + wait_text(p_, t) : wait_text(p_, t);
  std::string kind;
  if (t.wait) {
    const bool told = t.wait->object.empty() || what.find(t.wait->kind) != std::string::npos;
    kind = told ? "" : t.wait->kind;
    if (!t.wait->mode.empty() && t.wait->kind != "channel")
      kind += (kind.empty() ? "" : ", ") + std::string(p_.source == "postgres" ? "" : "to ") + t.wait->mode;
    if (!t.wait->detail.empty()) kind += (kind.empty() ? "" : ", ") + t.wait->detail;
    if (!t.wait->holders.empty() && !t.wait->certain)
      kind += (kind.empty() ? "" : ", ") + std::string("holders inferred");
  }
  if (t.unmoved) kind += (kind.empty() ? "" : ", ") + fmt::format("has not moved for {:g} s", p_.watched);
  line(fmt::format("  {}  {}{}", who, what, kind.empty() ? "" : " [" + kind + "]"));
  if (g.size() > 1) {
    std::string names;
    for (const Thread* member : g) names += (names.empty() ? "" : ", ") + fmt::format("{}", std::abs(member->tid));
    line("      " + names);
  }
  if (t.wait) taken(*t.wait);
  if (!t.doing.empty()) line("      " + t.doing);
  stack(t);
}

void Text::section(const std::string& title, const std::vector<std::string>& states) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> known;
  // The threads of cycles first, in the order of the cycle.
  std::vector<const Thread*> order;
  std::set<const Thread*> in_cycles;
  for (const auto& cycle : p_.cycles) {
    for (const int tid : cycle) order.push_back(p_.thread(tid));
  }
  in_cycles.insert(order.begin(), order.end());
  for (const Thread& t : p_.threads) {
    if (in_cycles.count(&t) == 0) order.push_back(&t);
  }
  // Threads that only run their loops explain nothing.
  std::stable_partition(order.begin(), order.end(), [](const Thread* t) { return !t->wait || !is_loop(*t->wait); });
  for (const Thread* t : order) {
    if (std::find(states.begin(), states.end(), t->state) == states.end()) continue;
    const auto [it, fresh] = known.try_emplace(all_ ? std::to_string(t->tid) : key(*t), groups.size());
    if (fresh) groups.emplace_back();
    groups[it->second].push_back(t);
  }
  if (groups.empty()) return;
  // The rest is folded to what fits a screen.
  const bool stuck = states[0] == "deadlocked" || states[0] == "blocked";
  const std::size_t most = all_ ? groups.size() : stuck ? measure_.stuck_groups : measure_.other_groups;
  std::size_t count = 0;
  for (const Group& g : groups) count += g.size();
  std::stable_sort(groups.begin(), groups.end(),
                   [&](auto& a, auto& b) { return states[0] != "deadlocked" && a.size() > b.size(); });
  out_ += "\n";
  line(fmt::format("{}: {}", title, count), "1");
  for (std::size_t i = 0; i < groups.size() && i < most; ++i) group(groups[i]);
  std::size_t folded = 0;
  for (std::size_t i = most; i < groups.size(); ++i) folded += groups[i].size();
  if (folded > 0) line(fmt::format("  ... {} more (--all shows them)", folded));
}

std::string Text::render() {
  // The more there is to tell, the less is said of each.
  constexpr std::array kMeasures = {Measure{6, 6, 3}, Measure{4, 6, 3}, Measure{3, 6, 3},
                                    Measure{2, 5, 2}, Measure{2, 3, 1}, Measure{1, 2, 1}};
  constexpr std::ptrdiff_t kScreen = 50;
  std::string out;
  for (const Measure& measure : kMeasures) {
    out = render(measure);
    if (all_ || std::count(out.begin(), out.end(), '\n') <= kScreen) break;
  }
  return out;
}

std::string Text::render(const Measure& measure) {
  measure_ = measure;
  out_.clear();
  // The cause is one line, however long: nothing of it is cut.
  const std::string head = !p_.deadlocked ? "" : p_.pattern.empty() ? "deadlock: " : "deadlock, " + p_.pattern + ": ";
  out_ += styled(p_.deadlocked ? "1;31" : "1", clean(head + p_.summary)) + "\n";
  line(fmt::format("{}{}, {}{}", p_.program.empty() ? p_.source : p_.program,
                   p_.pid > 0 ? fmt::format(", pid {}", p_.pid) : "",
                   count_text(p_, p_.threads.size() - p_.tasks, p_.tasks),
                   p_.source == "process" ? fmt::format(", stopped for {:.1f} ms", p_.pause * 1e3) : ""));
  section("Deadlocked", {"deadlocked"});
  section("Waiting for another", {"blocked"});
  // The holders at the head of the queues are what a reader wants to see next.
  section("Waiting", {"waiting"});
  section("Running", {"running"});
  section("Idle", {"idle", "ended"});
  for (const std::string& note : p_.notes) line("note: " + note);
  return out_;
}

}  // namespace

std::string to_text(const Picture& picture, const report::TextStyle& style, bool all) {
  return Text(picture, style, all).render();
}

}  // namespace lockstep::dump
