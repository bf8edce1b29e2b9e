// What mends a bug, what that costs, and where the source allows it, as a diff.
//
// The advice follows from kind, pattern and execution. A diff is proposed only where the lines in question have a form
// of which the change is known to be right; in doubt there is the advice alone.
#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

#include "explain/explain.h"
#include "explain/lock_source.h"
#include "explain/memory_orders.h"
#include "explain/missing_lock.h"
#include "explain/source.h"
#include "explain/would_reach.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Kind;
using protocol::kNoThread;
using protocol::Op;
using protocol::Order;

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  std::string out = text;
  for (std::size_t at = 0; (at = out.find(from, at)) != std::string::npos; at += to.size())
    out.replace(at, from.size(), to);
  return out;
}

class Fixer {
 public:
  Fixer(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer, const Finding& finding)
      : h_(h), bug_(bug), d_(d), namer_(namer), finding_(finding), source_(h.execution().program.path) {
    c_ = speaks_c();
  }

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

  // Whether the code in question was compiled as C.
  bool speaks_c() {
    for (const Index i : {d_.first, d_.turn, d_.second, bug_.event}) {
      if (i == kNone || h_.at(i).stack.count == 0) continue;
      if (const names::SourceFrame at = place(i); !at.library) return at.c;
    }
    for (const std::uint16_t t : d_.waiting) {
      if (const names::SourceFrame at = namer_.place(thread(t).stack); !at.library) return at.c;
    }
    if (const trace::HeapBlock* block = namer_.block(bug_.addr)) return namer_.place(block->alloc_stack).c;
    if (bug_.pc != 0) return namer_.place(bug_.pc).c;
    return bug_.thread < h_.execution().threads.size() && namer_.place(thread(bug_.thread).stack).c;
  }
  // The words for the program's language.
  std::string say(std::string_view cpp, std::string_view c) const { return std::string(c_ ? c : cpp); }

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
  bool take_the_lock();
  void leaked_lock();
  std::string guard_diff();
  std::string return_diff();
  void make_atomic();
  bool fences();

  bool merge_guards(const names::SourceFrame& held, const names::SourceFrame& wanted, Edits* edits);
  std::string swapped_diff(const names::SourceFrame& held, const names::SourceFrame& wanted);
  std::string loop_diff(const names::SourceFrame& wait, bool* bare);
  std::string atomic_diff(bool updates);
  std::string order_diff(bool sequential, const std::vector<Index>& events);

  const History& h_;
  const trace::Bug& bug_;
  const Diagnosis& d_;
  names::Namer& namer_;
  const Finding& finding_;
  Source source_;
  bool c_ = false;
  std::string guard_;  // the lock that the racing access lacks
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
  bool one_place = true;
  for (const auto& [held, wanted] : nestings) {
    one_place &= held.line == nestings[0].first.line && held.full_path == nestings[0].first.full_path;
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
  if (!c_) {
    add("Take the locks together.",
        fmt::format("One std::scoped_lock for {}: it never waits for one while it holds another.",
                    join_names(finding_.objects)),
        "hold and wait", "all of them are taken at the beginning; under contention it tries again.", together);
  }
  add("Take them in one order everywhere.",
      one_place
          ? fmt::format("Order them by something that both callers agree on, such as the address{} or an id, and take "
                        "the lower one first.",
                        say(" (std::less)", " (as a uintptr_t)"))
          : fmt::format("For instance {} before {}, in every function.", quoted(locks.empty() ? "the first" : locks[0]),
                        quoted(locks.size() < 2 ? "the second" : locks[1])),
      "circular wait", "nothing at run time; every place that nests them must keep to it.", swapped);
  add("Give up instead of waiting.",
      say("try_lock (or try_lock_for)", "pthread_mutex_trylock (or pthread_mutex_timedlock)") +
          " on the second; if it fails, release the first, wait a random time and begin again.",
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
      fmt::format("Let a {} function that expects {} to be held do the work; the {} ones lock and call it.",
                  say("private", "static"), what, say("public", "others,")),
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
  add("Use a re-entrant lock.",
      say("std::recursive_mutex lets its holder lock it again.",
          "A mutex of type PTHREAD_MUTEX_RECURSIVE (pthread_mutexattr_settype) lets its holder lock it again."),
      "mutual exclusion, of a thread against itself",
      say("slower, hides that the inner call sees a half-done state, and does not go with std::condition_variable.",
          "slower, hides that the inner call sees a half-done state, and does not go with pthread_cond_wait."),
      diff);
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
  const Diagnosis::Sleep* first = d_.sleeps.empty() ? nullptr : &d_.sleeps[0];
  if (first && first->undone == d_.turn) {
    add("Count the rounds.",
        fmt::format(
            "Wait for something that stays true: a number of the round beside {}, incremented when it is over; each "
            "waiter remembers it and waits until it is another one{}.",
            quoted(namer_.object(turn.addr, d_.turn)), say(", or use std::barrier", ", or use pthread_barrier_t")),
        "", "one more number.");
    return;
  }
  if (first && first->merged == d_.turn && first->wish == Diagnosis::Wish::kUnmet) {
    add("Count the signals.",
        fmt::format("A number in place of {}: each signal adds one, each waiter takes one. That is a semaphore{}.",
                    quoted(namer_.object(turn.addr, d_.turn)), say(" (std::counting_semaphore)", " (sem_t)")),
        "", "signals that nobody takes add up.");
    return;
  }
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
    const bool condition = std::any_of(d_.waiting.begin(), d_.waiting.end(), [&](std::uint16_t t) {
      return thread(t).wait_op == Op::kCondWait || thread(t).wait_op == Op::kCondWake;
    });
    add("Wake after the change.",
        fmt::format("Whoever changes {} calls {} afterwards.", quoted(namer_.object(turn.addr, d_.turn)),
                    !c_         ? fmt::format("notify_one or notify_all on {}", what)
                    : condition ? fmt::format("pthread_cond_signal or pthread_cond_broadcast on {}", what)
                                : fmt::format("the wake (FUTEX_WAKE, sem_post) for {}", what)),
        "", "a call, cheap when nobody waits.");
    return;
  }
  // How does the sleeper go to sleep?
  bool bare = false;
  const std::string diff = loop_diff(namer_.place(thread(d_.waiting[0]).stack), &bare);
  if (bare) {
    add("Wait in a loop for a condition, not for the notification.",
        say("Keep a flag or a queue under the mutex, change it before notifying, and wait with a predicate: "
            "`cv.wait(lock, [&] { return ready; })` does not sleep when it holds already.",
            "Keep a flag or a queue under the mutex, change it before signalling, and wait in a loop: `while (!ready) "
            "pthread_cond_wait(&cond, &mutex);` does not sleep when it holds already."),
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
    leaked_lock();
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

// A lock, or a permit of a semaphore, that was taken and not given back.
void Fixer::leaked_lock() {
  if (c_) {
    add("Give it back on every way out.",
        fmt::format("{} {} before each return, or `goto` one place at the end of the function that does it.",
                    d_.permit ? "sem_post" : "Unlock", object(0)),
        "hold and wait", "none.", return_diff());
    return;
  }
  if (d_.permit) {
    add("Let an object hold the permit.",
        fmt::format(
            "A class that calls acquire in its constructor and release in its destructor gives {} back on every "
            "way out, exceptions and early returns included.",
            object(0)),
        "hold and wait", "a class of five lines.", guard_diff());
    return;
  }
  add("Let an object hold the lock.",
      fmt::format("std::lock_guard (or std::unique_lock) on {} releases it on every way out, exceptions and early "
                  "returns included.",
                  object(0)),
      "hold and wait", "none.", guard_diff());
}

// The function that took it takes it by an object instead: there is one acquisition in it, and nothing waits after the
// release.
std::string Fixer::guard_diff() {
  if (d_.first == kNone || finding_.objects.empty()) return {};
  const names::SourceFrame at = place(d_.first);
  const std::string word = last_name(finding_.objects[0]);
  if (at.library || at.declared_line == 0 || word.empty()) return {};
  const std::regex takes(R"(((?:\w+(?:\[[^\]]*\])?(?:\.|->))*)" + word + R"()\.(?:lock|acquire)\(\);)");
  const std::regex gives(R"(\s*(?:\w+(?:\[[^\]]*\])?(?:\.|->))*)" + word + R"(\.(?:unlock|release)\(\);)");
  static const std::regex kWaits(R"(\bjoin\(|\bwait\(|\block\(|\bacquire\()");
  const int end = source_.end_of_function(at.full_path, at.declared_line);
  Edits edits(source_, at.full_path, at.file);
  int taken = 0, given = 0;
  for (int n = at.declared_line; n <= end; ++n) {
    std::string line = source_.line(at.full_path, n);
    std::smatch m;
    bool changed = false;
    if (std::regex_search(line, m, takes)) {
      if (++taken > 1) return {};
      const std::string expression = m[1].str();
      line = m.prefix().str() + (d_.permit ? "Permit permit(" : "std::lock_guard guard(") + expression + ");" +
             m.suffix().str();
      changed = true;
    }
    const std::string rest =
        changed ? line.substr(line.find("guard(") == std::string::npos ? 0 : line.find("guard(")) : line;
    if (!changed && given > 0 && std::regex_search(code_of(rest), kWaits)) return {};
    if (std::regex_search(line, m, gives)) {
      if (taken == 0) return {};
      ++given;
      line = std::regex_replace(line, gives, "");
      if (line.find_first_not_of(" \t") == std::string::npos) {
        edits.replace(n, {});
        continue;
      }
      changed = true;
    }
    if (changed) edits.replace(n, {line});
  }
  if (taken != 1 || given == 0) return {};
  if (!d_.permit) {
    edits.include("mutex");
    return edits.diff();
  }
  const std::vector<std::string>& lines = source_.file(at.full_path);
  int last_include = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (has_word(code_of(lines[i]), "Permit")) return {};
    if (lines[i].starts_with("#include")) last_include = static_cast<int>(i) + 1;
  }
  if (last_include == 0 || last_include >= at.declared_line) return {};
  edits.replace(
      last_include,
      {lines[static_cast<std::size_t>(last_include) - 1], "", "template <class Semaphore>", "struct Permit {",
       "  explicit Permit(Semaphore& s) : semaphore(s) { semaphore.acquire(); }",
       "  ~Permit() { semaphore.release(); }", "  Permit(const Permit&) = delete;", "  Semaphore& semaphore;", "};"});
  return edits.diff();
}

// A release before each return that lacks one, between the acquisition and the release at the end.
std::string Fixer::return_diff() {
  if (d_.first == kNone || finding_.objects.empty()) return {};
  const names::SourceFrame at = place(d_.first);
  const std::string word = last_name(finding_.objects[0]);
  if (at.library || at.declared_line == 0 || word.empty()) return {};
  const std::regex gives(
      R"((?:pthread_mutex_unlock|mtx_unlock|pthread_spin_unlock|pthread_rwlock_unlock|sem_post)\([^;]*\b)" + word +
      R"(\s*\);)");
  static const std::regex kReturn(R"(^(\s*)(.*?)\breturn\b([^;]*);\s*(\}?)\s*$)");
  const int end = source_.end_of_function(at.full_path, at.declared_line);
  std::string release;
  int last = 0;
  for (int n = at.line; n <= end; ++n) {
    std::smatch m;
    const std::string code = code_of(source_.line(at.full_path, n));
    if (!std::regex_search(code, m, gives)) continue;
    release = m.str();
    last = n;
  }
  Edits edits(source_, at.full_path, at.file);
  for (int n = at.line + 1; n < last; ++n) {
    const std::string& line = source_.line(at.full_path, n);
    std::smatch m;
    if (!std::regex_match(line, m, kReturn)) continue;
    if (std::regex_search(line, gives) || std::regex_search(source_.line(at.full_path, n - 1), gives)) continue;
    const std::string before = m[2], back = "return" + m[3].str() + ";";
    const std::string above = source_.line(at.full_path, n - 1);
    const bool bare = above.find_last_not_of(" \t") != std::string::npos &&
                      std::string(";{}").find(above[above.find_last_not_of(" \t")]) == std::string::npos;
    if (before.empty() && m[4].length() == 0 && !bare) {
      edits.replace(n, {m[1].str() + release, line});
    } else if (before.empty() && m[4].length() == 0 && above.ends_with(')')) {
      const std::string outer = above.substr(0, above.find_first_not_of(" \t"));
      edits.replace(n - 1, {above + " {"});
      edits.replace(n, {m[1].str() + release, line, outer + "}"});
    } else if (before.find_first_of("{};") == std::string::npos && m[4].length() == 0) {
      edits.replace(n, {fmt::format("{}{}{{", m[1].str(), before), fmt::format("{}  {}", m[1].str(), release),
                        fmt::format("{}  {}", m[1].str(), back), m[1].str() + "}"});
    } else if (before.ends_with("{ ") && m[4].length() > 0) {
      edits.replace(n, {fmt::format("{}{}{} {} }}", m[1].str(), before, release, back)});
    } else {
      return {};
    }
  }
  return edits.diff();
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
    add(say("Let an object own it.", "Free it on every way out."),
        fmt::format(fmt::runtime(say("std::unique_ptr for {} where it is made; hand it over by move.",
                                     "One owner at a time for {}, and free at the end of the last one's use.")),
                    object(0)),
        "", "none.");
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
      fmt::format("{} by every thread that uses {}: the last one frees it.",
                  say("A std::shared_ptr held", "An atomic count of its users, incremented"), object(0)),
      "", "an atomic count on each copy.");
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
    if (at.c) break;
    if (std::regex_match(line, m, kDeclared)) edits.replace(at.line, {m[1].str() + "std::jthread" + m[2].str()});
    add("Use std::jthread.", "Its destructor joins, on every way out.", "",
        "the destructor waits for the thread to end.", edits.diff());
    break;
  }
  add("Join on every way out.",
      say("join() before the std::thread object goes, also when an exception is thrown in between.",
          "pthread_join for each thread before the process ends, on early returns too."),
      "", "the wait.");
}

void Fixer::lock_misuse() {
  if (c_) {
    add("Lock and unlock in one function.",
        fmt::format("The thread that locks {} unlocks it, once, in the same function.", object(0)), "", "none.");
    return;
  }
  add("Let an object hold the lock.",
      fmt::format("std::lock_guard or std::unique_lock on {}: the thread that locked it unlocks it, once.", object(0)),
      "", "none.");
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
    std::vector<Index> all;
    if (h_.at(h_.at(d_.turn).reads_from).thread != h_.at(d_.first).thread &&
        would_reach(h_, d_.first, d_.second, &all)) {
      add("Release and acquire, all along.",
          fmt::format(
              "Every store to {} on the way releases, every load of it acquires, in the thread between as well.",
              object(1)),
          "", "nothing on x86-64; a cheap instruction on Arm.", order_diff(false, all));
      return;
    }
    add("Release and acquire.",
        fmt::format("Store {} with memory_order_release after the data is written, and load it with "
                    "memory_order_acquire before the data is read.",
                    object(1)),
        "", "nothing on x86-64; a cheap instruction on Arm.", order_diff(false, crossings));
    return;
  }
  if (d_.pattern != "missing-fence") return;
  if (would_reach(h_, d_.first, d_.second, &crossings) && !crossings.empty()) {
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
      R"(^((?:|.*[;{])\s*(?:static |inline |mutable )*)(?:volatile )?((?:unsigned |signed |long |short )*(?:int|long|short|char|bool|unsigned|float|double|(?:std::)?size_t|(?:std::)?u?int(?:8|16|32|64)_t))\s+)" +
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
      edits.replace(n, {at.c ? fmt::format("{}_Atomic {} {}{}", m[1].str(), m[2].str(), name, m[3].str())
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
  if (!at.c) edits.include("atomic");
  return edits.diff();
}

void Fixer::update() {
  const bool race = bug_.kind == Kind::kDataRace;
  // Inside of a container there is no single step.
  const Index last = d_.second != kNone ? d_.second : d_.first;
  const auto frames = last == kNone ? std::vector<names::SourceFrame>() : namer_.frames(h_.at(last).stack);
  if (race && take_the_lock()) {
    if (frames.empty() || !frames[0].library) make_atomic();
    return;
  }
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
      fmt::format("Read, change and write {} in one operation: {}, or a compare-exchange loop.", object(0),
                  say("fetch_add or ++ on a std::atomic", "atomic_fetch_add (<stdatomic.h>) or ++ on an _Atomic")),
      "", "a locked instruction; under contention the cache line travels.", diff);
  add("One critical section.",
      fmt::format("Hold one mutex from the read of {} to its write, in every thread.", object(0)), "",
      "the threads take turns there.");
}

// The reader looks at a counter before and after (a seqlock), and its second look saw an old value.
bool Fixer::fences() {
  const std::uint16_t reader = h_.at(d_.second).thread;
  Index look = kNone, mark = kNone;
  for (Index i = d_.second + 1; i < h_.size() && look == kNone; ++i) {
    const trace::Event& e = h_.at(i);
    if (e.thread != reader || e.op != Op::kLoad) continue;
    for (const Index n : h_.accesses(e.addr)) {
      if (n < d_.first && h_.at(n).thread == reader && trace::is_read(h_.at(n).op)) look = i;
    }
  }
  if (look == kNone) return false;
  for (const Index w : h_.accesses(h_.at(look).addr)) {
    const bool writes = trace::is_write(h_.at(w).op) && h_.at(w).thread == h_.at(d_.turn).thread;
    if (writes && (mark == kNone || w < d_.turn)) mark = w;
  }
  if (mark == kNone) return false;
  std::string diff;
  const names::SourceFrame second = place(look), first = place(mark);
  const auto whole = [&](const names::SourceFrame& at) {
    const std::string code = code_of(source_.line(at.full_path, at.line));
    const std::size_t end = code.find_last_not_of(" \t");
    const std::string above = code_of(source_.line(at.full_path, at.line - 1));
    const std::size_t last = above.find_last_not_of(" \t");
    return end != std::string::npos && code[end] == ';' && code.find_first_of("{}") == std::string::npos &&
           last != std::string::npos && std::string(";{}").find(above[last]) != std::string::npos;
  };
  if (second.full_path == first.full_path && second.line != first.line && whole(second) && whole(first)) {
    const auto indent = [&](int n) {
      const std::string& line = source_.line(first.full_path, n);
      return line.substr(0, line.find_first_not_of(" \t"));
    };
    const std::string call = say("std::atomic_thread_fence(std::memory_order_", "atomic_thread_fence(memory_order_");
    Edits edits(source_, first.full_path, first.file);
    edits.replace(first.line, {source_.line(first.full_path, first.line), indent(first.line) + call + "release);"});
    edits.replace(second.line, {indent(second.line) + call + "acquire);", source_.line(first.full_path, second.line)});
    diff = edits.diff();
  }
  const std::string counter = quoted(namer_.object(h_.at(look).addr, look));
  add("Two fences.",
      fmt::format(
          "A release fence after the writer marks {} as changing, and an acquire fence before the reader looks at "
          "it again: what was read in between cannot be newer than that.",
          counter),
      "", "nothing on x86-64; a barrier on Arm.", diff);
  return true;
}

// The lock that the program uses for the object elsewhere.
bool Fixer::take_the_lock() {
  if (finding_.objects.empty()) return false;
  const auto missing = missing_lock(h_, d_, finding_.objects[0], namer_, source_);
  if (!missing) return false;
  guard_ = missing->lock;
  const names::SourceFrame at = place(missing->bare);
  add("Take the lock here too.",
      fmt::format("Hold {} for the access{}, {}.", quoted(missing->lock),
                  at.library ? "" : fmt::format(" at {}:{}", names::base_name(at.file), at.line), missing->holder),
      "", "the threads take turns there.", missing->diff);
  return true;
}

void Fixer::make_atomic() {
  // The parts of a container, and what is freed, are no single values.
  if (d_.pattern == "iterator-invalidation") return;
  if (d_.first == kNone || d_.second == kNone) return;
  for (const Index i : {d_.first, d_.second}) {
    const auto frames = namer_.frames(h_.at(i).stack);
    if (!frames.empty() && frames[0].library && !frames[0].file.empty()) return;
  }
  // What somebody waits for by a condition variable has to be changed under its mutex.
  for (const std::string& line : source_.file(place(d_.second).full_path)) {
    const bool waits =
        line.find("condition_variable") != std::string::npos || line.find("pthread_cond_t") != std::string::npos;
    if (!guard_.empty() && waits) return;
  }
  const bool update = d_.pattern == "read-modify-write";
  add("Make it atomic.",
      update ? fmt::format("{} for {}, changed in one operation: {}.", say("std::atomic", "_Atomic (<stdatomic.h>)"),
                           object(0), say("++ or fetch_add", "++ or atomic_fetch_add"))
             : fmt::format("{} for {}, where each access stands for itself.",
                           say("std::atomic", "_Atomic (<stdatomic.h>)"), object(0)),
      "", "a locked instruction for each update.", atomic_diff(update));
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
            fmt::format(
                "Wait in a loop{}: another thread can come between the notification and the sleeper, and a wait "
                "may also wake without one.",
                say(", or with a predicate", " (`while`, not `if`)")),
            "", "the check runs once more for each wakeup.", diff);
        return;
      }
    }
    add("Check and act in one critical section.",
        fmt::format("Hold the same lock from the check of {} until the action is done.", object(0)), "",
        "a longer critical section.");
    add("Let the action check.",
        say("An operation that does both at once: compare_exchange, insert (which tells whether it inserted), an "
            "update "
            "with a condition.",
            "An operation that does both at once: atomic_compare_exchange_strong, or a function that looks and acts "
            "under "
            "one lock and says what it found."),
        "", "a path for the case that it fails.");
    return;
  }
  if (c_ && (p == "lazy-init" || (p == "double-checked-locking" && d_.turn == kNone))) {
    add("pthread_once.", "`pthread_once(&once, init);` runs init once, whoever comes first; the others wait.", "",
        "a pthread_once_t and a check on each call.");
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
    if (c_) {
      add("pthread_once.", "The library writes the double-checked lock, correctly.", "", "a check on each call.");
      return;
    }
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
        fmt::format("{}, or wait for {} with a condition variable{}.",
                    say("Join the thread", "pthread_join the thread"), object(0),
                    say(", std::atomic::wait, a latch or a future", " or a semaphore")),
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
  if (p == "forgotten-await" && d_.coroutine.empty()) {
    add("Ask the future.",
        "Keep what std::async returns and call get() on it before anything counts on the work: get waits for the end "
        "and "
        "throws what the work threw.",
        "", "the wait.");
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
    if (fences()) return;
    add("One object, one access.",
        fmt::format("Make {} a single {} (up to 16 bytes), or guard all of its parts with one mutex.", object(0),
                    say("std::atomic", "_Atomic struct")),
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
    if (!take_the_lock()) {
      add("Guard it with a mutex.", fmt::format("Every access to {} under the same lock.", object(0)), "",
          "the threads take turns there.");
    }
    make_atomic();
  }
}

}  // namespace

std::vector<Fix> fixes(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer,
                       const Finding& finding) {
  return Fixer(history, bug, diagnosis, namer, finding).fixes();
}

}  // namespace lockstep::explain
