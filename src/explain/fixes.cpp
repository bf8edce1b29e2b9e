// What mends a bug, what that costs, and where the source allows it, as a diff.
//
// The advice follows from kind, pattern and execution. A diff is proposed only where the lines in question have a form
// of which the change is known to be right; in doubt there is the advice alone.
#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

#include "explain/explain.h"
#include "explain/memory_orders.h"
#include "explain/source.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Kind;
using protocol::kNoThread;
using protocol::Op;
using protocol::Order;

bool has_word(const std::string& text, const std::string& word) {
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) {
    const bool left = at > 0 && part(text[at - 1]);
    const bool right = at + word.size() < text.size() && part(text[at + word.size()]);
    if (!left && !right) return true;
  }
  return false;
}

bool is_c(const std::string& path) { return path.ends_with(".c"); }

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  std::string out = text;
  for (std::size_t at = 0; (at = out.find(from, at)) != std::string::npos; at += to.size())
    out.replace(at, from.size(), to);
  return out;
}

class Fixer {
 public:
  Fixer(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer, const Finding& finding)
      : h_(h), bug_(bug), d_(d), namer_(namer), finding_(finding), source_(h.execution().program.path) {}

  std::vector<Fix> fixes() {
    switch (bug_.kind) {
      case Kind::kDeadlock:
        deadlock();
        break;
      case Kind::kLockOrder:
        lock_order();
        break;
      case Kind::kLivelock:
        livelock();
        break;
      case Kind::kStarvation:
        starvation();
        break;
      case Kind::kUseAfterFree:
      case Kind::kDoubleFree:
      case Kind::kLeak:
        lifetime();
        break;
      case Kind::kThreadLeak:
        thread_leak();
        break;
      case Kind::kLockMisuse:
        lock_misuse();
        break;
      default:
        by_pattern();
    }
    return std::move(out_);
  }

 private:
  void add(std::string title, std::string how, std::string breaks, std::string cost, std::string diff = {}) {
    if (title.ends_with('.')) title.pop_back();
    out_.push_back({std::move(title), std::move(how), std::move(breaks), std::move(cost), std::move(diff)});
  }
  names::SourceFrame place(Index i) { return namer_.place(h_.at(i).stack); }
  std::string object(std::size_t i) {
    return i < finding_.objects.size() ? quoted(finding_.objects[i]) : std::string("it");
  }
  const trace::Thread& thread(std::uint16_t t) const { return h_.execution().threads[t]; }

  std::vector<std::string> locks_during(Index i) {
    std::vector<std::string> out;
    if (i == kNone) return out;
    for (const History::Hold& hold : h_.held_during(i)) out.push_back(namer_.object(hold.lock, i));
    return out;
  }

  void deadlock();
  void lock_order();
  void take_in_order(const std::vector<std::pair<names::SourceFrame, names::SourceFrame>>& nestings);
  void self_deadlock();
  void lost_wakeup();
  void livelock();
  void starvation();
  void lifetime();
  void thread_leak();
  void lock_misuse();
  void by_pattern();
  void orders();
  void update();

  bool merge_guards(const names::SourceFrame& held, const names::SourceFrame& wanted, Edits* edits);
  std::string swapped_diff(const names::SourceFrame& held, const names::SourceFrame& wanted);
  std::string loop_diff(const names::SourceFrame& wait, bool* bare);
  std::string atomic_diff(bool updates);
  std::string order_diff(bool sequential, const std::vector<Index>& events);
  bool reaches(Index from, Index to, std::vector<Index>* crossings);

  const History& h_;
  const trace::Bug& bug_;
  const Diagnosis& d_;
  names::Namer& namer_;
  const Finding& finding_;
  Source source_;
  std::vector<Fix> out_;
};

// `std::lock_guard<std::mutex> name(expression);`
bool is_guard(const std::string& line, std::string* indent, std::string* name, std::string* expression) {
  static const std::regex kGuard(
      R"(^(\s*)(?:const )?std::(?:lock_guard|scoped_lock)(?:<[^;()]*>)?\s+(\w+)\s*[({]([^;,]+)[)}];\s*(?://.*)?$)");
  std::smatch m;
  if (!std::regex_match(line, m, kGuard)) return false;
  *indent = m[1];
  *name = m[2];
  *expression = m[3];
  return true;
}

// Two guards of one function become one that takes both.
bool Fixer::merge_guards(const names::SourceFrame& held, const names::SourceFrame& wanted, Edits* edits) {
  if (held.full_path != wanted.full_path || held.function != wanted.function || held.line >= wanted.line) return false;
  std::string indent, name, first, other_indent, other_name, second;
  if (!is_guard(source_.line(held.full_path, held.line), &indent, &name, &first)) return false;
  if (!is_guard(source_.line(wanted.full_path, wanted.line), &other_indent, &other_name, &second)) return false;
  // What stands between must not end the block of the first.
  int depth = 0;
  for (int n = held.line + 1; n < wanted.line; ++n) {
    for (const char c : source_.line(held.full_path, n)) {
      depth += (c == '{') - (c == '}');
      if (depth < 0) return false;
    }
  }
  if (indent != other_indent && depth == 0) return false;
  edits->replace(held.line, {fmt::format("{}std::scoped_lock {}({}, {});", indent, name, first, second)});
  edits->replace(wanted.line, {});
  return true;
}

// `a.lock(); b.lock();` on lines of their own, or the C library's, in the other order.
std::string Fixer::swapped_diff(const names::SourceFrame& held, const names::SourceFrame& wanted) {
  if (held.full_path != wanted.full_path || held.function != wanted.function) return {};
  if (wanted.line != held.line + 1) return {};
  static const std::regex kLock(
      R"(^\s*(?:[\w.\->\[\]]+\.lock\(\)|pthread_mutex_lock\([^;]*\)|mtx_lock\([^;]*\)|std::(?:lock_guard|scoped_lock|unique_lock)(?:<[^;()]*>)?\s+\w+\s*[({][^;,]+[)}]);\s*$)");
  const std::string &first = source_.line(held.full_path, held.line),
                    &second = source_.line(held.full_path, wanted.line);
  if (!std::regex_match(first, kLock) || !std::regex_match(second, kLock)) return {};
  Edits edits(source_, held.full_path, held.file);
  edits.replace(held.line, {second});
  edits.replace(wanted.line, {first});
  return edits.diff();
}

void Fixer::take_in_order(const std::vector<std::pair<names::SourceFrame, names::SourceFrame>>& nestings) {
  std::string together, swapped;
  bool one_place = true, c = false;
  for (const auto& [held, wanted] : nestings) {
    one_place &= held.line == nestings[0].first.line && held.full_path == nestings[0].first.full_path;
    c |= is_c(held.full_path);
  }
  // Every function that nests them has to change.
  std::set<std::pair<std::string, int>> done;
  std::map<std::string, Edits> files;
  bool all = !nestings.empty();
  for (const auto& [held, wanted] : nestings) {
    if (!done.insert({held.full_path, held.line}).second) continue;
    Edits& edits = files.try_emplace(held.full_path, source_, held.full_path, held.file).first->second;
    all = all && merge_guards(held, wanted, &edits);
  }
  for (auto& [path, edits] : files) together += all ? edits.diff() : "";
  if (!one_place && nestings.size() == 2) {
    swapped = swapped_diff(nestings[1].first, nestings[1].second);
    if (swapped.empty()) swapped = swapped_diff(nestings[0].first, nestings[0].second);
  }
  std::vector<std::string> locks = finding_.objects;
  if (locks.size() > 2) locks.resize(2);
  if (!c) {
    add("Take the locks together.",
        fmt::format("One std::scoped_lock for {}: it never waits for one while it holds another.",
                    join_names(finding_.objects)),
        "hold and wait", "all of them are taken at the beginning; under contention it tries again.", together);
  }
  add("Take them in one order everywhere.",
      one_place
          ? "Order them by something that both callers agree on, such as the address (std::less) or an id, and take "
            "the lower one first."
          : fmt::format("For instance {} before {}, in every function.", quoted(locks.empty() ? "the first" : locks[0]),
                        quoted(locks.size() < 2 ? "the second" : locks[1])),
      "circular wait", "nothing at run time; every place that nests them must keep to it.", swapped);
  add("Give up instead of waiting.",
      "try_lock (or try_lock_for) on the second; if it fails, release the first, wait a random time and begin again.",
      "no preemption", "retries under contention, and a livelock if all retry in step.");
}

void Fixer::lock_order() {
  std::vector<std::pair<names::SourceFrame, names::SourceFrame>> nestings;
  for (const Diagnosis::Nesting& n : d_.nestings) nestings.emplace_back(place(n.held), place(n.wanted));
  take_in_order(nestings);
}

void Fixer::self_deadlock() {
  const std::uint16_t t = d_.waiting[0];
  const std::string what = object(0);
  if (thread(t).wait_op == Op::kThreadJoin) {
    add("Join from another thread.", "The thread that started it joins it; a thread cannot wait for its own end.",
        "circular wait", "none.");
    return;
  }
  const auto own = h_.held_at_end(t);
  const bool upgrade = std::any_of(own.begin(), own.end(), [&](const History::Hold& hold) {
    const Op op = h_.at(hold.acquired).op;
    return hold.lock == thread(t).wait_addr &&
           (op == Op::kReadLock || op == Op::kTryReadLock || op == Op::kTimedReadLock);
  });
  if (upgrade) {
    add("Let go before you lock for writing.",
        fmt::format(
            "Release the shared hold of {}, lock it for writing, and check again what was read: it may have changed.",
            what),
        "hold and wait", "the check runs twice.");
    add("Lock for writing from the start.", "Where a write is likely, do not begin with the shared lock.",
        "hold and wait", "readers no longer overlap there.");
    return;
  }
  add("Split the function.",
      fmt::format("Let a private function that expects {} to be held do the work; the public ones lock and call it.",
                  what),
      "hold and wait", "one more function, and a rule who may call it.");
  std::string diff;
  if (!finding_.objects.empty()) {
    std::string name = finding_.objects[0];
    if (const std::size_t dot = name.find_last_of(".>"); dot != std::string::npos) name = name.substr(dot + 1);
    const names::SourceFrame at = namer_.place(thread(t).stack);
    const std::vector<std::string>& lines = source_.file(at.full_path);
    const std::regex declaration(R"(^(\s*(?:static |mutable |inline )*)std::mutex\s+(\w+);(.*)$)");
    int mutexes = 0, line = 0;
    bool other_types = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch m;
      if (std::regex_match(lines[i], m, declaration)) {
        ++mutexes;
        if (m[2] == name) line = static_cast<int>(i) + 1;
      } else if (lines[i].find("std::mutex") != std::string::npos &&
                 lines[i].find("<std::mutex>") == std::string::npos) {
        other_types = true;
      }
      other_types |= lines[i].find("condition_variable") != std::string::npos;
    }
    if (line > 0 && mutexes == 1 && !other_types) {
      Edits edits(source_, at.full_path, at.file);
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].find("std::mutex") == std::string::npos) continue;
        edits.replace(static_cast<int>(i) + 1, {replaced(lines[i], "std::mutex", "std::recursive_mutex")});
      }
      diff = edits.diff();
    }
  }
  add("Use a re-entrant lock.", "std::recursive_mutex lets its holder lock it again.",
      "mutual exclusion, of a thread against itself",
      "slower, hides that the inner call sees a half-done state, and does not go with std::condition_variable.", diff);
}

// An `if` round a wait becomes a `while`. `bare`: the wait has neither a predicate nor a loop.
std::string Fixer::loop_diff(const names::SourceFrame& wait, bool* bare) {
  static const std::regex kBare(R"(\.wait\(\s*\w+\s*\)|pthread_cond_wait\(|cnd_wait\()");
  static const std::regex kIf(R"(^(\s*)(?:\}\s*)?if\s*\()");
  *bare = std::regex_search(source_.line(wait.full_path, wait.line), kBare);
  if (!*bare) return {};
  for (int n = wait.line; n > wait.line - 3 && n > 0; --n) {
    const std::string& line = source_.line(wait.full_path, n);
    if (line.find("while") != std::string::npos) {
      *bare = false;
      return {};
    }
    if (!std::regex_search(line, kIf)) continue;
    Edits edits(source_, wait.full_path, wait.file);
    edits.replace(n, {std::regex_replace(line, std::regex(R"(\bif(\s*\())"), "while$1",
                                         std::regex_constants::format_first_only)});
    return edits.diff();
  }
  return {};
}

void Fixer::lost_wakeup() {
  const trace::Event& turn = h_.at(d_.turn);
  const names::SourceFrame at = place(d_.turn);
  const std::string what = object(0);
  const bool woke_other = turn.op == Op::kNotifyOne && turn.other != kNoThread;
  if (woke_other) {
    const std::string& line = source_.line(at.full_path, at.line);
    Edits edits(source_, at.full_path, at.file);
    std::string changed = replaced(line, "notify_one(", "notify_all(");
    if (changed == line) changed = replaced(line, "pthread_cond_signal(", "pthread_cond_broadcast(");
    if (changed != line) edits.replace(at.line, {changed});
    add("Notify all.",
        fmt::format("Threads that wait for different things sleep on {}: wake them all, each looks for itself.", what),
        "", "all waiters wake and all but one may go back to sleep.", edits.diff());
    add("One condition variable for each condition.", "Then a notification reaches only those whom it concerns.", "",
        "one more object; every change must notify the right one.");
    return;
  }
  if (trace::is_write(turn.op)) {
    add("Wake after the change.",
        fmt::format("Whoever changes {} calls notify_one or notify_all on it afterwards.", what), "",
        "a call, cheap when nobody waits.");
    return;
  }
  // How does the sleeper go to sleep?
  bool bare = false;
  const std::string diff = loop_diff(namer_.place(thread(d_.waiting[0]).stack), &bare);
  if (bare) {
    add("Wait in a loop for a condition, not for the notification.",
        "Keep a flag or a queue under the mutex, change it before notifying, and wait with a predicate: `cv.wait(lock, "
        "[&] { return ready; })` does not sleep when it holds already.",
        "", "a variable and its check.", diff);
  }
  add("Change the condition under the mutex.", "Then the change cannot fall between the sleeper's check and its sleep.",
      "", "the notifier takes the mutex for the change; the notification itself may come after the unlock.");
}

void Fixer::deadlock() {
  if (d_.pattern == "lock-order-inversion") {
    std::vector<std::pair<names::SourceFrame, names::SourceFrame>> nestings;
    for (std::size_t i = 0; i < d_.waiting.size(); ++i) {
      const std::uint16_t t = d_.waiting[i];
      const std::uint16_t before = d_.waiting[(i + d_.waiting.size() - 1) % d_.waiting.size()];
      for (const History::Hold& hold : h_.held_at_end(t)) {
        if (hold.lock == thread(before).wait_addr)
          nestings.emplace_back(place(hold.acquired), namer_.place(thread(t).stack));
      }
    }
    return take_in_order(nestings);
  }
  if (d_.pattern == "self-deadlock") return self_deadlock();
  if (d_.pattern == "lost-wakeup" && d_.turn != kNone) return lost_wakeup();
  if (d_.pattern == "nested-monitor") {
    add("Do not sleep while you hold another lock.",
        fmt::format("Release {} before waiting on {}, or guard both with the one mutex that the wait gives up.",
                    object(0), object(1)),
        "hold and wait", "what the outer lock protects can change meanwhile: check it again.");
    return;
  }
  if (d_.pattern == "leaked-lock") {
    add("Let an object hold the lock.",
        fmt::format("std::lock_guard (or std::unique_lock) on {} releases it on every way out, exceptions and early "
                    "returns included.",
                    object(0)),
        "hold and wait", "none.");
    return;
  }
  if (d_.pattern == "blocked-loop") {
    add("Do not wait inside of a job.",
        fmt::format("Let what comes after the result be a job of its own, posted to {} when the result is there.",
                    object(0)),
        "hold and wait", "the function is cut in two; its state moves into the job.");
    add("Run other jobs while waiting.",
        "Instead of sleeping, take the next job and run it, until the result is there.", "hold and wait",
        "jobs nest, as deep as there are waits.");
    return;
  }
  bool joins = false, locks = false, upgrades = !d_.waiting.empty();
  for (const std::uint16_t t : d_.waiting) {
    const auto own = h_.held_at_end(t);
    upgrades = upgrades && std::any_of(own.begin(), own.end(), [&](const History::Hold& hold) {
                 return hold.lock == thread(t).wait_addr && h_.at(hold.acquired).op == Op::kReadLock;
               });
  }
  if (upgrades) {
    add("Let go before you lock for writing.",
        fmt::format("Release the shared hold of {}, lock it for writing, and check again what was read.", object(0)),
        "hold and wait", "the check runs twice.");
    add("Lock for writing from the start.", "Where a write is likely, do not begin with the shared lock.",
        "hold and wait", "readers no longer overlap there.");
    return;
  }
  for (const std::uint16_t t : d_.waiting) {
    joins |= thread(t).wait_op == Op::kThreadJoin;
    locks |= trace::is_acquire(thread(t).wait_op);
  }
  if (joins && locks) {
    add("Join without the lock.", "Release the lock before join: the joined thread needs it to come to its end.",
        "hold and wait", "what the lock protects can change before the join returns.");
  }
}

void Fixer::livelock() {
  add("Let one of them win.",
      "Give the threads an order (by id, by address): the one with the higher rank insists, the other gives way.",
      "the symmetry", "the lower one may wait longer.");
  add("Back off for a random time.",
      "Wait a random, growing time before trying again, and bound the number of attempts.",
      "the lockstep of the retries", "latency under contention; only probable progress.");
}

void Fixer::starvation() {
  add("Use a fair lock.",
      "One that serves waiters in their order of arrival (a ticket or queue lock), or prefers writers where readers "
      "starve them.",
      "overtaking", "a hand-over for each contended acquisition, so less throughput.");
  add("Hold it less.",
      "Leave the lock free for a while between two acquisitions by the same thread, and do the long work outside of "
      "it.",
      "", "more acquisitions.");
}

void Fixer::lifetime() {
  if (d_.pattern == "forgotten-await") {
    add("Await it, or own it.",
        fmt::format("Resume {} to its end (co_await it), and let the task's destructor destroy the frame.",
                    quoted(d_.coroutine)),
        "", "none.");
    return;
  }
  if (bug_.kind == Kind::kLeak) {
    add("Let an object own it.",
        fmt::format("std::unique_ptr for {} where it is made; hand it over by move.", object(0)), "", "none.");
    return;
  }
  if (d_.pattern == "iterator-invalidation") {
    add("Keep the container locked while you iterate.",
        fmt::format("One mutex held over the whole loop over {} and by whoever changes it.", object(0)), "",
        "the others wait for the whole loop.");
    add("Iterate over a copy.", "Copy what is needed under the lock and go on without it.", "",
        "a copy, and slightly old data.");
    return;
  }
  add("Share the ownership.",
      fmt::format("A std::shared_ptr held by every thread that uses {}: the last one frees it.", object(0)), "",
      "an atomic count on each copy.");
  add("Join before you free.", "End (join) the threads that use it before its owner lets it go.", "",
      "the owner waits.");
}

void Fixer::thread_leak() {
  for (Index i = h_.size(); i-- > 0;) {
    const trace::Event& e = h_.at(i);
    if (e.op != Op::kThreadCreate || e.other == kNoThread || thread(e.other).joined || thread(e.other).detached)
      continue;
    const names::SourceFrame at = place(i);
    const std::string& line = source_.line(at.full_path, at.line);
    Edits edits(source_, at.full_path, at.file);
    static const std::regex kDeclared(R"(^(\s*)std::thread(\s+\w+\s*[({].*)$)");
    std::smatch m;
    if (std::regex_match(line, m, kDeclared)) edits.replace(at.line, {m[1].str() + "std::jthread" + m[2].str()});
    add("Use std::jthread.", "Its destructor joins, on every way out.", "",
        "the destructor waits for the thread to end.", edits.diff());
    break;
  }
  add("Join on every way out.",
      "join() before the std::thread object goes, also when an exception is thrown in between.", "", "the wait.");
}

void Fixer::lock_misuse() {
  add("Let an object hold the lock.",
      fmt::format("std::lock_guard or std::unique_lock on {}: the thread that locked it unlocks it, once.", object(0)),
      "", "none.");
}

// Is `from` ordered before `to` if every atomic read synchronises with the write that it reads? `crossings` are the
// reads and writes by which it is.
bool Fixer::reaches(Index from, Index to, std::vector<Index>* crossings) {
  if (from == kNone || to == kNone) return false;
  std::vector<Index> via(h_.size(), kNone);
  std::vector<bool> seen(h_.size(), false);
  std::vector<Index> work = {to};
  seen[to] = true;
  std::vector<Index> previous(h_.size(), kNone);
  std::vector<Index> last(h_.execution().threads.size(), kNone);
  for (Index i = 0; i < h_.size(); ++i) {
    previous[i] = last[h_.at(i).thread];
    last[h_.at(i).thread] = i;
  }
  while (!work.empty()) {
    const Index i = work.back();
    work.pop_back();
    if (i == from) break;
    const auto visit = [&](Index k) {
      if (k == kNone || seen[k] || k >= i) return;
      seen[k] = true;
      via[k] = i;
      work.push_back(k);
    };
    const trace::Event& e = h_.at(i);
    visit(previous[i]);
    if (trace::is_read(e.op) && e.op != Op::kPlainRead && i != to) visit(e.reads_from);
    if (e.op == Op::kThreadJoin && e.other != kNoThread) visit(last[e.other]);
    if (previous[i] == kNone && thread(e.thread).create_event != protocol::kNone) visit(thread(e.thread).create_event);
    if (trace::is_acquire(e.op)) {
      for (Index k = i; k-- > 0;) {
        if (h_.at(k).addr == e.addr && trace::is_release(h_.at(k).op)) {
          visit(k);
          break;
        }
      }
    }
  }
  if (!seen[from]) return false;
  for (Index i = from; i != to; i = via[i]) {
    const Index next = via[i];
    if (h_.at(next).thread != h_.at(i).thread && h_.at(next).reads_from == i) {
      crossings->push_back(i);
      crossings->push_back(next);
    }
  }
  return true;
}

// Stronger orders for these accesses. `crossings` of release and acquire come in pairs, the write and the read of it;
// one access can be in two. Nothing where a line leaves doubt which of its calls is meant.
std::string Fixer::order_diff(bool sequential, const std::vector<Index>& events) {
  std::map<Index, WantedOrder> wanted;
  for (std::size_t k = 0; k < events.size(); ++k) {
    WantedOrder& w = wanted[events[k]];
    w.sequential = sequential;
    (k % 2 == 0 ? w.release : w.acquire) = true;
  }
  std::string path, name;
  std::map<int, std::string> lines;
  for (auto& [i, w] : wanted) {
    const trace::Event& e = h_.at(i);
    const names::SourceFrame at = place(i);
    if (at.library || (!path.empty() && path != at.full_path)) return {};
    path = at.full_path;
    name = at.file;
    const bool both = e.order == Order::kSeqCst || e.order == Order::kAcqRel;
    const bool enough =
        sequential ? e.order == Order::kSeqCst
                   : both || ((!w.release || e.order == Order::kRelease) && (!w.acquire || e.order == Order::kAcquire));
    if (enough) continue;
    // What it has already stays.
    w.release |= both || e.order == Order::kRelease;
    w.acquire |= both || e.order == Order::kAcquire;
    std::string object = namer_.object(e.addr, i);
    if (const std::size_t bracket = object.find_last_of('['); object.ends_with(']') && bracket != std::string::npos) {
      object.resize(bracket);
    }
    if (const std::size_t dot = object.find_last_of(".>:*"); dot != std::string::npos) object = object.substr(dot + 1);
    const std::string& line = lines.count(at.line) ? lines[at.line] : source_.line(path, at.line);
    const auto changed = with_order(line, e.op, object, w);
    if (!changed) return {};
    lines[at.line] = *changed;
  }
  if (lines.empty()) return {};
  Edits edits(source_, path, name);
  for (const auto& [n, line] : lines) edits.replace(n, {line});
  return edits.diff();
}

void Fixer::orders() {
  std::vector<Index> crossings;
  if (d_.pattern == "unsafe-publication" && d_.turn != kNone && h_.at(d_.turn).reads_from != kNone) {
    crossings = {h_.at(d_.turn).reads_from, d_.turn};
    add("Release and acquire.",
        fmt::format("Store {} with memory_order_release after the data is written, and load it with "
                    "memory_order_acquire before the data is read.",
                    object(1)),
        "", "nothing on x86-64; a cheap instruction on Arm.", order_diff(false, crossings));
    return;
  }
  if (d_.pattern != "missing-fence") return;
  if (reaches(d_.first, d_.second, &crossings) && !crossings.empty()) {
    add("Release and acquire.",
        "Store what the reader sees first with memory_order_release, and load it with memory_order_acquire: then "
        "everything before the store is seen after the load.",
        "", "nothing on x86-64; a cheap instruction on Arm.", order_diff(false, crossings));
    return;
  }
  std::vector<Index> all;
  for (Index i = 0; i < h_.size(); ++i) {
    const trace::Event& e = h_.at(i);
    const bool atomic = (e.op == Op::kLoad || e.op == Op::kStore || e.op == Op::kRmw || e.op == Op::kCas) &&
                        e.order != Order::kNotAtomic;
    if (atomic && h_.is_shared(e.addr)) all.push_back(i);
  }
  add("Sequential consistency.",
      "Release and acquire are not enough here: each thread stores one object and reads another, and a later read may "
      "overtake an earlier store. Use memory_order_seq_cst (the default) for all of these accesses.",
      "", "a full fence for each such store (tens of cycles).", order_diff(true, all));
}

// A variable with a declaration of one line that all its uses allow to be atomic.
std::string Fixer::atomic_diff(bool updates) {
  if (finding_.objects.empty() || d_.first == kNone || d_.second == kNone) return {};
  std::string name = finding_.objects[0];
  if (const std::size_t dot = name.find_last_of(".>"); dot != std::string::npos) name = name.substr(dot + 1);
  if (name.empty() ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string::npos)
    return {};
  const names::SourceFrame at = place(d_.first);
  if (place(d_.second).full_path != at.full_path) return {};
  const std::vector<std::string>& lines = source_.file(at.full_path);
  const std::regex declaration(
      R"(^(\s*(?:static |inline |mutable )*)(?:volatile )?((?:unsigned |signed |long |short )*(?:int|long|short|char|bool|unsigned|float|double|(?:std::)?size_t|(?:std::)?u?int(?:8|16|32|64)_t))\s+)" +
      name + R"((\s*(?:=[^;,]*|\{[^;,]*\})?;.*)$)");
  const std::regex used(R"((?:&|atomic_ref.*|printf\(.*|swap\(.*|min\(.*|max\(.*|exchange\(.*|decltype\()\b)" + name +
                        R"(\b)");
  const std::regex longhand(R"((^|[^\w.>]))" + name + R"(\s*=\s*)" + name + R"(\s*([-+])\s*([^;]+);)");
  const std::regex assigned(name + R"(\s*=[^=])");
  int declared = 0;
  Edits edits(source_, at.full_path, at.file);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int n = static_cast<int>(i) + 1;
    std::smatch m;
    if (std::regex_match(lines[i], m, declaration)) {
      if (declared++ > 0) return {};
      edits.replace(
          n, {is_c(at.full_path) ? fmt::format("{}_Atomic {} {}{}", m[1].str(), m[2].str(), name, m[3].str())
                                 : fmt::format("{}std::atomic<{}> {}{}", m[1].str(), m[2].str(), name, m[3].str())});
      continue;
    }
    const std::string code = lines[i].substr(0, lines[i].find("//"));
    if (!has_word(code, name)) continue;
    if (std::regex_search(code, used) && code.find("&&") == std::string::npos && code.find("[&") == std::string::npos)
      return {};
    if (std::regex_search(code, m, longhand)) {
      if (m[3].str().find_first_of("+-*/?") != std::string::npos) return {};
      edits.replace(n, {std::regex_replace(lines[i], longhand, "$1" + name + " $2= $3;")});
    } else if (updates && std::regex_search(code, assigned) && code.find("++") == std::string::npos) {
      return {};  // written by way of something else: atomic accesses alone would still lose an update
    }
  }
  if (declared != 1) return {};
  if (!is_c(at.full_path)) edits.include("atomic");
  return edits.diff();
}

void Fixer::update() {
  const bool race = bug_.kind == Kind::kDataRace;
  // Inside of a container there is no single step.
  const Index last = d_.second != kNone ? d_.second : d_.first;
  const auto frames = last == kNone ? std::vector<names::SourceFrame>() : namer_.frames(h_.at(last).stack);
  const std::string section =
      fmt::format("Hold one mutex from the read of {} to its write, in every thread.", object(0));
  if (race && !frames.empty() && frames[0].library && !frames[0].file.empty()) {
    add("One critical section.", fmt::format("Every use of {} under the same mutex.", object(0)), "",
        "the threads take turns there.");
    return;
  }
  bool atomic = false;
  for (const Index i : {d_.first, d_.turn, d_.second}) {
    atomic |= i != kNone && (h_.at(i).op == Op::kLoad || h_.at(i).op == Op::kStore);
  }
  std::string diff;
  if (atomic && d_.second != kNone) {
    // `x = x + n` and `x.store(x.load() + n)` on one line, here and wherever else the file does the same to `x`.
    const names::SourceFrame at = place(d_.second);
    static const std::regex kStore(
        R"((\b[\w.\->\[\]]+)(?:\.|->)store\(\s*\1(?:\.|->)load\((?:[^()]*)\)\s*([-+])\s*([\w.]+)\s*(?:,[^()]*)?\);)");
    static const std::regex kAssign(R"((\b[\w.\->\[\]]+)\s*=\s*\1\s*([-+])\s*([\w.]+);)");
    const auto in_one_step = [](const std::string& line, std::string* object) {
      std::smatch m;
      if (!std::regex_search(line, m, kStore) && !std::regex_search(line, m, kAssign)) return std::string();
      *object = m[1];
      return m.prefix().str() + m[1].str() + (m[2] == "+" ? ".fetch_add(" : ".fetch_sub(") + m[3].str() + ");" +
             m.suffix().str();
    };
    Edits edits(source_, at.full_path, at.file);
    std::string object, other;
    if (!in_one_step(source_.line(at.full_path, at.line), &object).empty()) {
      const int lines = static_cast<int>(source_.file(at.full_path).size());
      for (int n = 1; n <= lines; ++n) {
        const std::string changed = in_one_step(source_.line(at.full_path, n), &other);
        if (!changed.empty() && other == object) edits.replace(n, {changed});
      }
    }
    diff = edits.diff();
  } else if (race) {
    diff = atomic_diff(true);
  }
  add("One atomic step.",
      fmt::format("Read, change and write {} in one operation: fetch_add or ++ on {}, or a compare-exchange loop.",
                  object(0), last != kNone && is_c(place(last).full_path) ? "an _Atomic" : "a std::atomic"),
      "", "a locked instruction; under contention the cache line travels.", diff);
  add("One critical section.",
      fmt::format("Hold one mutex from the read of {} to its write, in every thread.", object(0)), "",
      "the threads take turns there.");
}

void Fixer::by_pattern() {
  const std::string_view p = d_.pattern;
  if (p == "read-modify-write") return update();
  if (p == "unsafe-publication" || p == "missing-fence") {
    orders();
    if (out_.empty()) {
      add("Hand it over.",
          "Publish through a mutex, a release store with an acquire load, or start the thread after the data is "
          "written.",
          "", "depends on the means; the last one is free.");
    }
    return;
  }
  if (p == "check-then-act" || p == "time-of-check-to-time-of-use") {
    // A sleep between the check and the use: what held when the thread was woken need not hold when it goes on.
    for (Index i = d_.first; d_.first != kNone && i < h_.size() && i < d_.second; ++i) {
      const trace::Event& e = h_.at(i);
      const bool slept = e.op == Op::kCondWait || e.op == Op::kCondTimedWait || e.op == Op::kCondWake;
      if (e.thread != h_.at(d_.first).thread || !slept) continue;
      bool bare = false;
      const std::string diff = loop_diff(place(i), &bare);
      if (bare) {
        add("Check again after each wakeup.",
            "Wait in a loop, or with a predicate: another thread can come between the notification and the sleeper, "
            "and "
            "a wait may also wake without one.",
            "", "the check runs once more for each wakeup.", diff);
        return;
      }
    }
    add("Check and act in one critical section.",
        fmt::format("Hold the same lock from the check of {} until the action is done.", object(0)), "",
        "a longer critical section.");
    add("Let the action check.",
        "An operation that does both at once: compare_exchange, insert (which tells whether it inserted), an update "
        "with a condition.",
        "", "a path for the case that it fails.");
    return;
  }
  if (p == "lazy-init") {
    add("A function-local static.",
        "`static T value = make();` is initialised once, by whoever comes first; the others wait.", "",
        "a check of one byte on each call.");
    add("std::call_once.", "Where the object is a member.", "", "a std::once_flag and a check on each call.");
    return;
  }
  if (p == "double-checked-locking" && d_.turn != kNone && h_.at(d_.turn).reads_from != kNone) {
    add("Release and acquire.",
        fmt::format("Store {} with memory_order_release when the object is complete, and load it with "
                    "memory_order_acquire in the check outside of the lock.",
                    object(0)),
        "", "nothing on x86-64; a cheap instruction on Arm.", order_diff(false, {h_.at(d_.turn).reads_from, d_.turn}));
    add("A function-local static.", "The compiler writes the double-checked lock, correctly.", "",
        "a check of one byte on each call.");
    return;
  }
  if (p == "double-checked-locking") {
    add("Make the pointer atomic.",
        fmt::format("{} as a std::atomic, stored with release after the object is complete, loaded with acquire by the "
                    "check outside of the lock.",
                    object(0)),
        "", "nothing on x86-64.");
    add("A function-local static.", "The compiler writes the double-checked lock, correctly.", "",
        "a check of one byte on each call.");
    return;
  }
  if (p == "aba") {
    add("Count the changes.",
        fmt::format(
            "A counter beside the pointer in {}, incremented by every exchange, both exchanged at once (16 bytes).",
            object(0)),
        "", "a wider compare-exchange.");
    add("Do not reuse nodes while somebody may hold them.", "Hazard pointers, epochs or RCU delay the reuse.", "",
        "memory that is freed later; a store or a fence for each access.");
    return;
  }
  if (p == "sleep-polling") {
    add("Wait for the event itself.",
        fmt::format(
            "Join the thread, or wait for {} with a condition variable, std::atomic::wait, a latch or a future.",
            object(0)),
        "", "an object to wait on; nothing in time.");
    return;
  }
  if (p == "lock-across-io") {
    add("Do the slow work without the lock.",
        fmt::format("Prepare it before {} is taken, or copy what is needed, unlock, and lock again for the result.",
                    object(0)),
        "hold and wait", "what the lock protects can change meanwhile: check it again.");
    return;
  }
  if (p == "forgotten-await") {
    add("Await it.",
        fmt::format("co_await {}, or hand what it returns to whoever runs it; [[nodiscard]] on the task's "
                    "type makes the compiler find the others.",
                    quoted(d_.coroutine)),
        "", "none.");
    return;
  }
  if (p == "iterator-invalidation") {
    add("Keep the container locked while you look at an element.",
        fmt::format("One mutex from where the iterator, pointer or reference to {} is taken to its last use, and round "
                    "whatever changes the container.",
                    object(0)),
        "", "the others wait for that long.");
    add("Take a copy.", "Copy the element under the lock and go on with the copy.", "",
        "a copy, and slightly old data.");
    return;
  }
  if (p == "torn-access") {
    add("One object, one access.",
        fmt::format("Make {} a single std::atomic (up to 16 bytes), or guard all of its parts with one mutex.",
                    object(0)),
        "", "a wider atomic access or a lock.");
    return;
  }
  if (bug_.kind == Kind::kDataRace) {
    // What an object's constructor writes while a thread that it has started already looks at it.
    for (const Index i : {d_.first, d_.second}) {
      if (i == kNone || !trace::is_write(h_.at(i).op)) continue;
      const std::string function = place(i).function;
      const std::size_t at = function.rfind("::");
      const std::string scope = at == std::string::npos ? "" : function.substr(0, at);
      const std::size_t before = scope.rfind("::");
      if (at == std::string::npos ||
          function.substr(at + 2) != scope.substr(before == std::string::npos ? 0 : before + 2)) {
        continue;
      }
      add("Start the thread last",
          "Members are initialised in the order of their declaration: declare the thread after everything that it "
          "uses, or start it when the object is complete.",
          "", "none.");
      return;
    }
    const std::string diff = atomic_diff(false);
    // One side may hold the right lock already.
    std::vector<std::string> first = locks_during(d_.first), second = locks_during(d_.second);
    const bool one = first.empty() != second.empty();
    const std::vector<std::string>& held = first.empty() ? second : first;
    if (one) {
      const Index bare = first.empty() ? d_.first : d_.second;
      const names::SourceFrame at = place(bare);
      add("Take the lock here too.",
          fmt::format("Hold {} for the access{}, as the other thread does.", join_names(held),
                      at.library ? "" : fmt::format(" at {}:{}", names::base_name(at.file), at.line)),
          "", "the threads take turns there.");
    } else {
      add("Guard it with a mutex.", fmt::format("Every access to {} under the same lock.", object(0)), "",
          "the threads take turns there.");
    }
    const bool c = d_.first != kNone && is_c(place(d_.first).full_path);
    add("Make it atomic.",
        fmt::format("{} for {}, where each access stands for itself.", c ? "_Atomic" : "std::atomic", object(0)), "",
        "a locked instruction for each update.", diff);
  }
}

}  // namespace

std::vector<Fix> fixes(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer,
                       const Finding& finding) {
  return Fixer(history, bug, diagnosis, namer, finding).fixes();
}

}  // namespace lockstep::explain
