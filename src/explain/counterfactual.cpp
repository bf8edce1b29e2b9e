// What the passing run next to a failing one does otherwise, in words.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "explain/explain.h"
#include "explain/library_call.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::kNoThread;

// The failing and the passing run side by side: which events of the two are the same.
class Pair {
 public:
  Pair(const trace::Execution& failing, const trace::Execution& passing) : f_(failing), p_(passing) { match(); }

  // `later` comes before `earlier` in the failing run, and after it or never in the passing one.
  struct Swap {
    Index moved;      // in the passing run
    Index overtaken;  // in the failing run
  };
  /// The first of those that `worth` likes best; it gives at most `enough`.
  template <class Worth>
  std::optional<Swap> best_swap(int enough, Worth worth) const {
    std::optional<Swap> best;
    int most = -1;
    // Where the two runs are still one, nothing is swapped.
    Index same = 0;
    while (same < f_.events.size() && in_passing_[same] == same) ++same;
    std::unordered_map<std::uint64_t, std::vector<Index>> by_address;
    for (Index f = same; f < f_.events.size(); ++f) by_address[f_.events[f].addr].push_back(f);
    std::uint64_t room = kMaxPairs;
    for (Index p = same; p < p_.events.size(); ++p) {
      const trace::Event& b = p_.events[p];
      if (b.addr == 0 || (in_failing_[p] == kNone && !goes_beyond_[p])) continue;
      const Index until = in_failing_[p] == kNone ? static_cast<Index>(f_.events.size()) : in_failing_[p];
      const auto there = by_address.find(b.addr);
      if (there == by_address.end()) continue;
      for (const Index f : there->second) {
        if (f >= until) break;
        if (room-- == 0) return best;
        const trace::Event& a = f_.events[f];
        if (a.thread == b.thread || !conflict(a, b)) continue;
        if (in_passing_[f] != kNone && in_passing_[f] < p) continue;
        const int value = worth(Swap{p, f});
        if (value <= most) continue;
        most = value;
        best = {p, f};
        if (most >= enough) return best;
      }
    }
    return best;
  }

  // The first read that gets another value, in the failing and in the passing run.
  std::optional<std::pair<Index, Index>> first_other_value() const {
    for (Index f = 0; f < f_.events.size(); ++f) {
      const Index p = in_passing_[f];
      if (p == kNone || !trace::is_read(f_.events[f].op)) continue;
      const trace::Event &a = f_.events[f], &b = p_.events[p];
      if (a.value != b.value || a.old != b.old) return std::pair(f, p);
    }
    return std::nullopt;
  }

  // The first notification that wakes another thread.
  std::optional<std::pair<Index, Index>> first_other_waiter() const {
    for (Index f = 0; f < f_.events.size(); ++f) {
      const Index p = in_passing_[f];
      if (p == kNone || f_.events[f].op != protocol::Op::kNotifyOne) continue;
      if (f_.events[f].other != p_.events[p].other) return std::pair(f, p);
    }
    return std::nullopt;
  }

 private:
  // Of a hundred thousand events on one object every pair would take minutes: what is best among the first is told.
  static constexpr std::uint64_t kMaxPairs = 1u << 24;

  static bool conflict(const trace::Event& a, const trace::Event& b) {
    const bool a_reads = trace::is_read(a.op) && !trace::is_write(a.op);
    const bool b_reads = trace::is_read(b.op) && !trace::is_write(b.op);
    if (a_reads && b_reads) return false;
    // Letting go of a lock is no competition for it.
    return !(trace::is_release(a.op) && trace::is_release(b.op));
  }

  static bool plain(const trace::Event& e) {
    return e.op == protocol::Op::kPlainRead || e.op == protocol::Op::kPlainWrite;
  }
  static std::uint64_t place(const trace::Execution& x, const trace::Event& e) {
    return e.stack.count > 0 ? x.frames[e.stack.first].pc : 0;
  }

  // A thread does the same in both runs up to where it learns something else. Which plain accesses are recorded depends
  // on whether somebody else touches that memory, so those that one run alone has do not count.
  void match() {
    in_failing_.assign(p_.events.size(), kNone);
    in_passing_.assign(f_.events.size(), kNone);
    goes_beyond_.assign(p_.events.size(), false);
    const auto addresses = [](const trace::Execution& x) {
      std::set<std::uint64_t> out;
      for (const trace::Event& e : x.events) {
        if (plain(e)) out.insert(e.addr);
      }
      return out;
    };
    const std::set<std::uint64_t> in_f = addresses(f_), in_p = addresses(p_);
    const auto by_thread = [](const trace::Execution& x, const std::set<std::uint64_t>& other) {
      std::map<std::uint16_t, std::vector<Index>> out;
      for (Index i = 0; i < x.events.size(); ++i) {
        if (!plain(x.events[i]) || other.count(x.events[i].addr)) out[x.events[i].thread].push_back(i);
      }
      return out;
    };
    const auto failing = by_thread(f_, in_p), passing = by_thread(p_, in_f);
    for (const auto& [thread, events] : passing) {
      const auto other = failing.find(thread);
      std::size_t i = 0;
      const std::size_t count = other == failing.end() ? 0 : other->second.size();
      for (; i < events.size() && i < count; ++i) {
        const trace::Event &a = f_.events[other->second[i]], &b = p_.events[events[i]];
        if (a.op != b.op || a.addr != b.addr || place(f_, a) != place(p_, b)) break;
        in_failing_[events[i]] = other->second[i];
        in_passing_[other->second[i]] = events[i];
      }
      // What the thread comes to do in the passing run alone.
      if (i == count && i < events.size()) goes_beyond_[events[i]] = true;
    }
  }

  const trace::Execution& f_;
  const trace::Execution& p_;
  std::vector<Index> in_failing_, in_passing_;  // the same event in the other run
  std::vector<bool> goes_beyond_;
};

const Step* step_of(const std::vector<Step>& steps, Index event) {
  for (const Step& s : steps) {
    if (s.event == event) return &s;
  }
  return nullptr;
}

// The step that a thread cannot finish in the failing run.
const Step* unfinished(const std::vector<Step>& steps, const std::string& thread, const std::string& object) {
  for (const Step& s : steps) {
    if (s.event == kNone && s.thread == thread && s.object == object) return &s;
  }
  return nullptr;
}

std::string words(const trace::Event& e, const std::string& object) {
  return fmt::format("{}{}", trace::op_verb(e.op), object.empty() ? "" : " " + quoted(object));
}

// The same objects' steps in the passing run.
std::vector<Step> tell_passing(const trace::Execution& passing, const std::vector<std::uint64_t>& objects,
                               std::optional<Index> turn, names::Namer& namer) {
  const History history(passing);
  trace::Bug none;
  Diagnosis about;
  about.objects = objects;
  if (turn) about.turn = *turn;
  return tell(history, none, about, namer);
}

}  // namespace

std::optional<Counterfactual> counterfactual(const trace::Execution& failing, const Diagnosis& d, const Finding& f,
                                             names::Namer& namer) {
  if (!failing.passing) {
    if (failing.neighbours == 0) return std::nullopt;
    Counterfactual none;
    none.tried = failing.neighbours;
    none.text = failing.neighbours == 1 ? "The one run that differs from this in one point fails as well."
                : failing.all_neighbours
                    ? fmt::format("Each of the {} runs that differ from this one in one point fails as well.",
                                  failing.neighbours)
                    : fmt::format("None of the {} runs that were tried, each different in one point, passes.",
                                  failing.neighbours);
    return none;
  }
  Counterfactual c;
  c.passes = true;
  c.tried = failing.neighbours;
  names::Namer other(*failing.passing);
  const trace::Execution passing = with_objects_of_calls(*failing.passing, other);
  const Pair pair(failing, passing);
  std::optional<Index> turn;
  if (const auto woken = pair.first_other_waiter()) {
    turn = woken->second;
    const trace::Event &a = failing.events[woken->first], &b = passing.events[woken->second];
    const Step* s = step_of(f.steps, woken->first);
    const auto who = [&](std::uint16_t t) { return t == kNoThread ? std::string("nobody") : namer.thread(t); };
    c.text =
        fmt::format("It passes when the notification{} wakes {} instead of {}.",
                    s ? fmt::format(" in step {}", s->n) : at_place(namer.place(a.stack)), who(b.other), who(a.other));
  } else if (const auto swap = pair.best_swap(3, [&](const Pair::Swap& x) {
               const std::string object = namer.object(failing.events[x.overtaken].addr, x.overtaken);
               const bool told = std::find(f.objects.begin(), f.objects.end(), object) != f.objects.end();
               return 2 * told + (step_of(f.steps, x.overtaken) != nullptr);
             })) {
    turn = swap->moved;
    const trace::Event &b = passing.events[swap->moved], &a = failing.events[swap->overtaken];
    const std::string object = other.object(b.addr, swap->moved), first = namer.object(a.addr, swap->overtaken);
    const Step* overtaken = step_of(f.steps, swap->overtaken);
    const Step* moved = nullptr;
    for (const Step& s : f.steps) {
      if (s.event == kNone || s.thread != namer.thread(b.thread)) continue;
      const trace::Event& e = failing.events[s.event];
      if (e.addr == b.addr && e.op == b.op && s.event > swap->overtaken) {
        moved = &s;
        break;
      }
    }
    if (!moved) moved = unfinished(f.steps, namer.thread(b.thread), object);
    const bool same = a.op == b.op && object == first;
    const std::string then =
        fmt::format("{} {} before {} {}", namer.thread(b.thread), words(b, object), namer.thread(a.thread),
                    same ? "does" : words(a, first == object ? "" : first) + (first == object ? " it" : ""));
    if (moved && overtaken) {
      c.text = fmt::format("With step {} before step {} it passes: {}.", moved->n, overtaken->n, then);
    } else {
      c.text = fmt::format("It passes when {}{}.", then, at_place(namer.place(a.stack)));
    }
  } else if (const auto read = pair.first_other_value()) {
    turn = read->second;
    const trace::Event &a = failing.events[read->first], &b = passing.events[read->second];
    const auto got = [](const trace::Event& e) { return e.op == protocol::Op::kRmw ? e.old : e.value; };
    const Step* s = step_of(f.steps, read->first);
    // Two objects from one place in the source look alike.
    std::string now = show_value(got(b), b.size, other), before = show_value(got(a), a.size, namer);
    if (now.starts_with("pointer") && before.starts_with("pointer")) {
      now = "another pointer";
      before = "this one";
    }
    c.text = fmt::format("It passes when {}'s read of {}{} sees {} instead of {}.", namer.thread(a.thread),
                         quoted(namer.object(a.addr, read->first)),
                         s ? fmt::format(" in step {}", s->n) : at_place(namer.place(a.stack)), now, before);
  } else {
    c.text = "A run that differs in one point passes.";
  }
  c.steps = tell_passing(passing, d.objects, turn, other);
  return c;
}

}  // namespace lockstep::explain
