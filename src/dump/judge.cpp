// From the waits to the verdict.
//
// Stuck is the largest set of threads of which each waits for something that only threads of the set could give: the
// holder of its lock, or, where anybody could give it (a notification, a post), every thread that is left. What time,
// another process or a person can end is never stuck, and neither is a thread that runs. A task of lockstep::async is
// judged as a thread is; besides, it is stuck if the thread of its loop is stuck in something else than the loop, and that
// thread is stuck in its loop if all of its tasks are.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "dump/picture.h"
#include "explain/explain.h"

namespace lockstep::dump {
namespace {

using explain::quoted;

bool is_lock(const Wait& w) {
  return w.kind == "mutex" || w.kind == "rwlock" || w.kind == "stream" || w.kind == "lock" || w.kind == "futex" ||
         w.kind == "file lock" || w.kind == "database lock";
}

// What a notification, a post or a wake ends.
bool is_sleep(const Wait& w) {
  return w.kind == "condition variable" || w.kind == "semaphore" || w.kind == "futex" || w.kind == "atomic" ||
         w.kind == "event";
}

// One of those that could come.
bool is_shared(const Wait& w) { return w.ends == Ends::kAnyThread || w.ends == Ends::kAnyTask; }

class Judge {
 public:
  explicit Judge(Picture* picture) : p_(*picture) {}

  void run() {
    tell_apart();
    find_stuck();
    settle_suspects();
    set_states();
    set_holds();
    find_cycles();
    p_.deadlocked = !stuck_.empty();
    p_.summary = p_.deadlocked ? deadlock() : waits();
  }

 private:
  void tell_apart();
  void find_stuck();
  void settle_suspects();
  void set_states();
  void set_holds();
  void find_cycles();
  std::string deadlock();
  std::string cycle_text(const std::vector<int>& cycle);
  std::string waits();
  std::string behind(const std::set<int>& told) const;

  const Thread& at(int tid) const { return *p_.thread(tid); }
  std::string name(int tid) const {
    const Thread* t = p_.thread(tid);
    return t ? t->name : fmt::format("thread {}", tid);
  }
  bool stuck(int tid) const { return stuck_.count(tid) > 0; }
  // The wait by itself lasts as long as all that are stuck now are.
  bool lasts(const Thread& t) const {
    const Wait& w = *t.wait;
    const bool wait =
        w.ends == Ends::kGone ||
        (w.ends == Ends::kHolder && std::any_of(w.holders.begin(), w.holders.end(), [&](int h) { return stuck(h); })) ||
        (w.ends == Ends::kAnyThread && stuck_.size() == alive_) || (w.ends == Ends::kAnyTask && stuck(t.loop));
    return wait && std::all_of(t.rescuers.begin(), t.rescuers.end(), [&](int r) { return stuck(r); });
  }
  // A task whose loop does not go round.
  bool loop_blocked(const Thread& t) const { return t.loop != 0 && stuck(t.loop) && !is_loop(*at(t.loop).wait); }
  // The thread or task that a stuck one waits for, itself only if there is nobody else; 0 if it is not one.
  int next(int tid) const {
    const Wait& w = *at(tid).wait;
    if (loop_blocked(at(tid)) && !lasts(at(tid))) return at(tid).loop;
    if (w.ends != Ends::kHolder) return 0;
    int own = 0;
    for (const int h : w.holders) {
      if (h == tid) own = h;
      if (h != tid && stuck(h)) return h;
    }
    return own;
  }

  // What a stuck one waits for, when `next` is known.
  std::string waits_for(int tid) const {
    const Thread& t = at(tid);
    return t.loop != 0 && next(tid) == t.loop ? fmt::format("needs {}, on whose loop it runs", name(t.loop))
                                              : wait_text(p_, t);
  }
  // "3 threads", "2 tasks", "3 threads and 2 tasks".
  template <typename Ids>
  std::string count_of(const Ids& ids) const {
    const auto tasks = static_cast<std::size_t>(std::count_if(ids.begin(), ids.end(), [](int id) { return id < 0; }));
    return count_text(p_, ids.size() - tasks, tasks);
  }

  Picture& p_;
  std::set<int> stuck_;
  std::size_t alive_ = 0;
};

// Objects of one name, members of several structures say, need their addresses, too.
void Judge::tell_apart() {
  std::map<std::string, std::set<std::uint64_t>> places;
  for (const Thread& t : p_.threads) {
    if (t.wait && t.wait->address != 0 && !t.wait->object.empty()) places[t.wait->object].insert(t.wait->address);
  }
  for (Thread& t : p_.threads) {
    if (t.wait && t.wait->address != 0 && places[t.wait->object].size() > 1) t.wait->same_name = true;
  }
}

void Judge::find_stuck() {
  for (const Thread& t : p_.threads) {
    alive_ += t.state != "ended" && !t.helper;
    if (!t.wait || t.helper) continue;
    const Ends ends = t.wait->ends;
    if (t.loop != 0 || ends == Ends::kHolder || ends == Ends::kGone || is_shared(*t.wait)) stuck_.insert(t.tid);
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const Thread& t : p_.threads) {
      if (stuck(t.tid) && !lasts(t) && !loop_blocked(t)) {
        stuck_.erase(t.tid);
        changed = true;
      }
    }
  }
}

// Suspects are told of only if all are stuck anyway; then they are what makes sense of it.
void Judge::settle_suspects() {
  for (Thread& t : p_.threads) {
    if (!t.wait || t.wait->ends != Ends::kAnyThread || t.wait->holders.empty() || is_loop(*t.wait)) continue;
    if (stuck(t.tid)) {
      t.wait->ends = Ends::kHolder;
    } else {
      t.wait->holders.clear();
    }
  }
}

void Judge::set_states() {
  for (Thread& t : p_.threads) {
    if (t.state == "ended") continue;
    if (t.helper) {
      t.state = "idle";
    } else if (stuck(t.tid)) {
      t.state = "deadlocked";
      // Of those whose ends it waits for, first the ones that will not come.
      if (is_join(*t.wait)) {
        std::stable_partition(t.wait->holders.begin(), t.wait->holders.end(), [&](int h) { return stuck(h); });
      }
    } else if (!t.wait) {
      if (t.state.empty()) t.state = "running";
    } else if (is_loop(*t.wait)) {
      t.state = "idle";
    } else if (t.wait->ends == Ends::kHolder) {
      t.state = "blocked";
    } else if (is_shared(*t.wait) || t.wait->address != 0) {
      t.state = "waiting";
    } else {
      t.state = "idle";
    }
  }
}

void Judge::set_holds() {
  for (const Thread& t : p_.threads) {
    if (!t.wait || !is_lock(*t.wait)) continue;
    for (const int h : t.wait->holders) {
      Thread* holder = p_.thread(h);
      if (!holder) continue;
      const std::string what = object_text(*t.wait);
      auto& held = holder->holds;
      if (std::find(held.begin(), held.end(), what) == held.end()) held.push_back(what);
    }
  }
}

void Judge::find_cycles() {
  std::set<int> seen;
  for (const int start : stuck_) {
    std::vector<int> path;
    int t = start;
    while (t != 0 && stuck(t) && seen.insert(t).second) {
      path.push_back(t);
      t = next(t);
    }
    const auto entry = std::find(path.begin(), path.end(), t);
    if (entry == path.end()) continue;
    path.erase(path.begin(), entry);
    // Those who only join others explain nothing, so they do not come first.
    const auto first = std::find_if(path.begin(), path.end(), [&](int tid) { return !is_join(*at(tid).wait); });
    if (first != path.end()) std::rotate(path.begin(), first, path.end());
    p_.cycles.push_back(path);
  }
}

// How many more are stuck than were told of.
std::string Judge::behind(const std::set<int>& told) const {
  std::vector<int> others;
  for (const int t : stuck_) {
    if (told.count(t) == 0 && !is_loop(*at(t).wait)) others.push_back(t);
  }
  if (others.empty()) return {};
  if (others.size() == 1) return fmt::format(" Behind that, {} {}.", name(others[0]), waits_for(others[0]));
  const std::string count = count_of(others);
  return fmt::format(" {} more{} wait behind that.", count.substr(0, count.find(' ')), count.substr(count.find(' ')));
}

std::string Judge::cycle_text(const std::vector<int>& cycle) {
  const Wait& first = *at(cycle[0]).wait;
  if (cycle.size() == 1) {
    const std::string who = name(cycle[0]);
    if (first.kind == "join") {
      p_.pattern = "self-deadlock";
      return fmt::format("Self-deadlock: {} joins itself.", who);
    }
    p_.pattern = "self-deadlock";
    if (first.shared_hold && first.mode == "read") {
      const auto writer = std::find_if(stuck_.begin(), stuck_.end(), [&](int t) {
        const Wait& w = *at(t).wait;
        return w.address == first.address && w.mode == "write";
      });
      return fmt::format(
          "Self-deadlock on {}: {} holds it for reading and locks it for reading again, behind {}, which waits to "
          "write "
          "and goes first.",
          object_text(first), who, writer == stuck_.end() ? "a writer" : name(*writer));
    }
    if (first.shared_hold) {
      return fmt::format(
          "Self-deadlock on {}: {} holds it for reading and locks it for writing; it waits for its own shared hold for "
          "ever.",
          object_text(first), who);
    }
    if (!is_lock(first)) return fmt::format("Self-deadlock: {} {}.", who, wait_text(p_, at(cycle[0])));
    return fmt::format("Self-deadlock on {}: {} locks it while it holds it already, and waits for itself for ever.",
                       object_text(first), who);
  }
  std::set<std::uint64_t> addresses;
  bool locks_only = true, all_shared = true;
  for (const int t : cycle) {
    const Wait& w = *at(t).wait;
    addresses.insert(w.address);
    locks_only &= is_lock(w);
    all_shared &= w.shared_hold;
  }
  if (addresses.size() == 1 && all_shared) {
    std::vector<std::string> who;
    who.reserve(cycle.size());
    for (const int t : cycle) who.push_back(name(t));
    std::string all = who[0];
    for (std::size_t i = 1; i < who.size(); ++i) all += (i + 1 < who.size() ? ", " : " and ") + who[i];
    return fmt::format(
        "Deadlock on {}: {} hold it for reading, and each waits for the other to let go of it before it can write.",
        object_text(first), all);
  }
  const bool inversion = locks_only && addresses.size() > 1;
  if (inversion) p_.pattern = "lock-order-inversion";
  // Named in the order in which the first of them came by them: what it holds, then what it waits for.
  std::string parts;
  std::vector<std::string> objects;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const Wait& mine = *at(cycle[i]).wait;
    const Wait& before = *at(cycle[(i + cycle.size() - 1) % cycle.size()]).wait;
    const std::string holds = is_lock(before) ? "holds " + object_text(before) + " and " : "";
    if (is_lock(before)) objects.push_back(object_text(before));
    parts += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", name(cycle[i]), holds,
                         is_lock(mine) ? "waits for " + object_text(mine) : waits_for(cycle[i]));
  }
  std::string on;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    on += (i == 0 ? " on " : i + 1 < objects.size() ? ", " : " and ") + objects[i];
  }
  return fmt::format("{}{}: {}; {} can go on.", inversion ? "Lock-order inversion" : "Deadlock", on, parts,
                     cycle.size() == 2 ? "neither" : "none of them");
}

std::string Judge::deadlock() {
  if (!p_.cycles.empty()) {
    std::set<int> told(p_.cycles[0].begin(), p_.cycles[0].end());
    std::string text = cycle_text(p_.cycles[0]);
    if (p_.cycles.size() > 1) {
      text += fmt::format(" {} other cycle{}, too.", p_.cycles.size() - 1, p_.cycles.size() == 2 ? "" : "s");
      for (const auto& c : p_.cycles) told.insert(c.begin(), c.end());
    }
    return text + behind(told);
  }
  for (const int t : stuck_) {
    const Wait& w = *at(t).wait;
    if (w.ends != Ends::kGone) continue;
    p_.pattern = "leaked-lock";
    std::set<int> told;
    for (const int other : stuck_) {
      if (at(other).wait->address == w.address) told.insert(other);
    }
    const std::string who = told.size() == 1 ? name(t) + " waits" : count_of(told) + " wait";
    return fmt::format(
        "Leaked lock {}: thread {}, which has exited, ended without unlocking it, and {} for it for ever.{}",
        object_text(w), w.gone, who, behind(told));
  }
  for (const int t : stuck_) {
    const Wait& w = *at(t).wait;
    const int holder = next(t);
    if (!is_lock(w) || holder == 0 || !is_sleep(*at(holder).wait)) continue;
    p_.pattern = "nested-monitor";
    return fmt::format("Nested monitor on {} and {}: {} sleeps on {} while it holds {}, which {} needs to go on.{}",
                       object_text(w), object_text(*at(holder).wait), name(holder), object_text(*at(holder).wait),
                       object_text(w), name(t), behind({t, holder}));
  }
  // Nobody is left to wake them: the object that most sleep on.
  std::map<std::pair<std::uint64_t, std::string>, std::vector<int>> sleepers;
  for (const int t : stuck_) {
    const Wait& w = *at(t).wait;
    if (is_shared(w) && !is_loop(w)) sleepers[{w.address, w.object}].push_back(t);
  }
  if (sleepers.empty()) return fmt::format("Deadlock: {} wait for each other.", count_of(stuck_));
  const auto most = std::max_element(sleepers.begin(), sleepers.end(),
                                     [](auto& a, auto& b) { return a.second.size() < b.second.size(); });
  const std::vector<int>& who = most->second;
  const Wait& w = *at(who[0]).wait;
  std::string names = name(who[0]);
  if (who.size() == 2) names += " and " + name(who[1]);
  if (who.size() > 2) names = count_of(who);
  std::set<int> told(who.begin(), who.end());
  if (is_sleep(w)) {
    p_.pattern = "lost-wakeup";
    return fmt::format("Lost wakeup on {}: {} {} for ever, and nobody is left to wake {}.{}", object_text(w), names,
                       who.size() == 1 ? "sleeps" : "sleep", who.size() == 1 ? "it" : "them", behind(told));
  }
  if (who.size() == 1 && sleepers.size() > 1) {
    // Each waits for something else: the first of them.
    constexpr std::size_t kMost = 3;
    std::string parts;
    for (const auto& [object, ids] : sleepers) {
      if (told.size() >= kMost && told.count(ids[0]) == 0) break;
      told.insert(ids.begin(), ids.end());
      parts += (parts.empty() ? "" : ", ") + name(ids[0]) + " " + wait_text(p_, at(ids[0]));
    }
    return fmt::format("Deadlock: {}; nobody is left to end that.{}", parts, behind(told));
  }
  return fmt::format("Deadlock: {} {}{}, and nobody is left to end that.{}", names,
                     who.size() == 1 ? wait_text(p_, at(who[0])) : "wait at " + object_text(w),
                     w.detail.empty() ? "" : " (" + w.detail + ")", behind(told));
}

// Nothing is stuck: the longest queue, with the one at its head.
std::string Judge::waits() {
  std::map<int, std::vector<int>> queues;  // by the thread at the head of it all
  for (const Thread& t : p_.threads) {
    if (t.state != "blocked" || t.wait->holders.empty()) continue;
    int head = t.wait->holders.front();
    for (std::size_t i = 0; i < p_.threads.size() && p_.thread(head); ++i) {
      const auto& w = at(head).wait;
      if (!w || w->ends != Ends::kHolder || is_loop(*w) || w->holders.empty() || w->holders.front() == head) break;
      head = w->holders.front();
    }
    queues[head].push_back(t.tid);
  }
  const auto longest = std::max_element(queues.begin(), queues.end(),
                                        [](auto& a, auto& b) { return a.second.size() < b.second.size(); });
  if (longest != queues.end() && p_.thread(longest->first)) {
    const auto& [head, all] = *longest;
    std::vector<const Thread*> direct;
    for (const int t : all) {
      const auto& holders = at(t).wait->holders;
      if (std::find(holders.begin(), holders.end(), head) != holders.end() && !is_join(*at(t).wait)) {
        direct.push_back(&at(t));
      }
    }
    std::set<int> ids;
    for (const Thread* d : direct) ids.insert(d->tid);
    const Thread& holder = at(head);
    const std::string does = holder.wait ? "and " + wait_text(p_, holder) : "and runs";
    std::string where;
    if (const StackFrame* f = user_frame(holder)) {
      const std::string line =
          f->line > 0 ? fmt::format("{}:{}", f->file.substr(f->file.rfind('/') + 1), f->line) : std::string();
      const std::string comma = !line.empty() && !f->function.empty() ? ", " : "";
      if (!line.empty() || !f->function.empty()) where = fmt::format(" ({}{}{})", f->function, comma, line);
    }
    if (!direct.empty()) {
      const std::string what = object_text(*direct.front()->wait);
      const std::string who = direct.size() == 1 ? direct.front()->name + " waits" : count_of(ids) + " wait";
      std::size_t behind = 0;
      for (const int t : all) behind += ids.count(t) == 0 && !is_join(*at(t).wait);
      const std::string more =
          behind == 0 ? "" : fmt::format(" {} more {} behind that.", behind, behind == 1 ? "waits" : "wait");
      return fmt::format("{} for {}, which {} holds {}{}.{}", who, what, holder.name, does, where, more);
    }
  }
  std::map<std::string, int> states;
  for (const Thread& t : p_.threads) ++states[t.state];
  std::string counts;
  for (const auto& [state, count] : states) counts += fmt::format(", {} {}", count, state);
  return fmt::format("Nothing is stuck: {}{}.", count_text(p_, p_.threads.size() - p_.tasks, p_.tasks), counts);
}

}  // namespace

std::string count_text(const Picture& p, std::size_t threads, std::size_t tasks) {
  const auto some = [](std::size_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  std::string text = threads > 0 || tasks == 0 ? some(threads, p.source == "postgres" ? "session" : "thread") : "";
  if (tasks > 0) text += (text.empty() ? "" : " and ") + some(tasks, "task");
  return text;
}

std::string object_text(const Wait& w) {
  if (!w.object.empty() && w.same_name) return fmt::format("{} ({:#x})", quoted(w.object), w.address);
  if (!w.object.empty()) return w.object.starts_with("a ") ? w.object : quoted(w.object);
  return w.address == 0
             ? "a " + w.kind
             : fmt::format("{} {} at {:#x}", w.kind == "event" || w.kind == "atomic" ? "an" : "a", w.kind, w.address);
}

std::string wait_text(const Picture& p, const Thread& thread) {
  const Wait& w = *thread.wait;
  const auto holder = [&] {
    const Thread* t = w.holders.empty() ? nullptr : p.thread(w.holders.front());
    if (!t) return std::string();
    return t->tid == thread.tid ? "it itself" : t->name;
  }();
  if (w.kind == "join") return holder.empty() ? "joins a thread" : "joins " + holder;
  if (is_loop(w))
    return fmt::format("runs the loop of {}", count_text(p, 0, std::max<std::size_t>(w.holders.size(), 1)));
  if (w.kind == "tasks") {
    return holder.empty()          ? "waits for its tasks"
           : w.holders.size() == 1 ? "waits for the end of " + holder
                                   : fmt::format("waits for the end of {} and {} more", holder, w.holders.size() - 1);
  }
  if (w.kind == "thread") {
    return holder.empty() ? "waits for a thread of a pool" : "waits for the function that " + holder + " runs";
  }
  if (w.kind == "channel") {
    return fmt::format("waits to {} {}", w.mode == "send" ? "send into" : "receive from", object_text(w));
  }
  if (w.kind == "static initialisation") {
    const std::string whose = holder.empty() ? "the" : holder == "it itself" ? "its own" : holder + "'s";
    return fmt::format("waits for {} initialisation of {}", whose,
                       w.object.empty() ? "a static variable" : quoted(w.object));
  }
  if (w.kind == "once") {
    return fmt::format("waits for the call_once on {}{}", object_text(w),
                       holder.empty() ? "" : " that " + holder + " runs");
  }
  if (w.ends == Ends::kGone)
    return fmt::format("waits for {}, which thread {} held when it exited", object_text(w), w.gone);
  if (!holder.empty()) {
    const std::string more = w.holders.size() > 1 ? fmt::format(" and {} more hold", w.holders.size() - 1) : " holds";
    return fmt::format("waits for {}, which {}{}", object_text(w), holder, more);
  }
  if (is_lock(w)) return "waits for " + object_text(w);
  if (w.address != 0) return (is_sleep(w) ? "sleeps on " : "waits at ") + object_text(w);
  if (w.kind.starts_with("idle")) return "is " + w.kind;
  return fmt::format("sleeps in {}{}", w.kind, w.object.empty() ? "" : " on " + object_text(w));
}

const StackFrame* user_frame(const Thread& thread) {
  const StackFrame* any = nullptr;
  for (const StackFrame& f : thread.stack) {
    if (!f.library && f.line > 0) return &f;
    if (!f.library && !f.function.empty() && !any) any = &f;
  }
  return any;
}

void judge(Picture* picture) { Judge(picture).run(); }

}  // namespace lockstep::dump
