// Every consistent execution of a small program, from the axioms alone: what the explorers are compared with.
//
// Shares nothing with the checker. Programs come one a line on standard input; the answer is a line
// `# MODEL COUNT PROGRAM`, then one line for each execution in the form of `lockstep check --dump-executions`
// (src/check/record/dump.h), in byte order.
//
// A program: threads separated by `|`, operations by `;`. M is a memory order: x relaxed, a acquire, r release,
// b acq_rel, s seq_cst. Locations and mutexes are single digits. V is a number, or `d` and a number: the value that the
// thread has read last plus that number.
//   W L V M   store          R L M     load            A L V M  fetch_add      X L V M  exchange
//   C L E V M compare_exchange of E by V (failure order: M without release)
//   F M       fence          L N       lock mutex N    U N      unlock mutex N
//   S E       skip the next operation if the value read last is E
//
// The models, straight from the papers, on matrices of bits:
//   sc    acyclic(po ∪ rf ∪ co ∪ fr)  (Shasha, Snir 1988)
//   tso   x86-TSO (Owens, Sarkar, Sewell 2009; herd's form): coherence for each location, and acyclic(ppo ∪ rfe ∪ co ∪
//   fr)
//         where ppo is program order without store → later load, unless a locked operation, a seq_cst store or a
//         seq_cst fence stands there (C++'s usual mapping)
//   rc11  Lahav, Vafeiadis, Kang, Hur, Dreyer, PLDI 2017, with C++20's release sequences
#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int kMax = 32;
constexpr int kInitial = -1;

struct Operation {
  char kind;
  int place = 0;  // location or mutex
  int value = 0;
  bool relative = false;
  int expected = 0;
  char order = 'x';
};
using Program = std::vector<std::vector<Operation>>;

struct Event {
  int thread;
  int access;  // number among the thread's accesses and lock operations; -1: a fence
  char kind;   // of the operation
  int place;
  char order;
  bool reads = false, writes = false;
  int from = kInitial;
  int value = 0;  // written
  int seen = 0;   // read
  bool is_memory() const { return kind != 'F' && kind != 'L' && kind != 'U'; }
};

struct Thread {
  std::size_t next = 0;
  int accesses = 0;
  int last = 0;
};

struct State {
  std::vector<Event> events;
  std::vector<Thread> threads;
  std::map<int, std::vector<int>> order;  // stores of each location in modification order
  std::map<int, std::vector<int>> locks;  // operations on each mutex
};

using Row = std::uint32_t;
struct Relation {
  std::array<Row, kMax> row{};
  bool at(int a, int b) const { return row[a] >> b & 1; }
  void add(int a, int b) { row[a] |= Row{1} << b; }
  Relation operator|(const Relation& o) const {
    Relation r;
    for (int i = 0; i < kMax; ++i) r.row[i] = row[i] | o.row[i];
    return r;
  }
  Relation then(const Relation& o) const {
    Relation r;
    for (int i = 0; i < kMax; ++i) {
      for (int j = 0; j < kMax; ++j) {
        if (at(i, j)) r.row[i] |= o.row[j];
      }
    }
    return r;
  }
  Relation closed() const {
    Relation r = *this;
    for (int k = 0; k < kMax; ++k) {
      for (int i = 0; i < kMax; ++i) {
        if (r.at(i, k)) r.row[i] |= r.row[k];
      }
    }
    return r;
  }
  bool reflexive() const {
    for (int i = 0; i < kMax; ++i) {
      if (at(i, i)) return true;
    }
    return false;
  }
  bool cyclic() const { return closed().reflexive(); }
};

bool acquires(char o) { return o == 'a' || o == 'b' || o == 's'; }
bool releases(char o) { return o == 'r' || o == 'b' || o == 's'; }

class Graph {
 public:
  explicit Graph(const State& s) : s_(s), n_(static_cast<int>(s.events.size())) {
    for (int a = 0; a < n_; ++a) {
      for (int b = a + 1; b < n_; ++b) {
        if (e(a).thread == e(b).thread) po_.add(a, b);  // events stand in an order that extends program order
      }
      if (e(a).reads && e(a).from != kInitial) rf_.add(e(a).from, a);
    }
    for (const auto& [place, stores] : s.order) {
      for (std::size_t i = 0; i < stores.size(); ++i) {
        for (std::size_t k = i + 1; k < stores.size(); ++k) co_.add(stores[i], stores[k]);
      }
    }
    for (int r = 0; r < n_; ++r) {
      if (!e(r).reads) continue;
      for (int w = 0; w < n_; ++w) {
        if (w == r || !e(w).writes || e(w).place != e(r).place) continue;
        if (e(r).from == kInitial || co_.at(e(r).from, w)) rb_.add(r, w);
      }
    }
    for (const auto& [mutex, ops] : s.locks) {
      for (std::size_t i = 0; i + 1 < ops.size(); ++i) lo_.add(ops[i], ops[i + 1]);
    }
  }

  bool atomic() const {
    for (int u = 0; u < n_; ++u) {
      if (!e(u).reads || !e(u).writes) continue;
      const std::vector<int>& stores = s_.order.at(e(u).place);
      const auto it = std::find(stores.begin(), stores.end(), u);
      if ((it == stores.begin() ? kInitial : *(it - 1)) != e(u).from) return false;
    }
    return true;
  }

  bool sc() const { return !(po_ | rf_ | co_ | rb_ | lo_).cyclic(); }

  bool tso() const {
    Relation local, ppo, rfe;
    auto barrier = [&](int x) {
      return e(x).kind == 'L' || e(x).kind == 'U' || e(x).kind == 'A' || e(x).kind == 'X' || e(x).kind == 'C' ||
             ((e(x).kind == 'F' || e(x).kind == 'W') && e(x).order == 's');
    };
    for (int a = 0; a < n_; ++a) {
      for (int b = 0; b < n_; ++b) {
        if (rf_.at(a, b) && e(a).thread != e(b).thread) rfe.add(a, b);
        if (!po_.at(a, b)) continue;
        if (e(a).is_memory() && e(b).is_memory() && e(a).place == e(b).place) local.add(a, b);
        bool kept = !(e(a).kind == 'W' && (e(b).kind == 'R' || e(b).kind == 'F'));
        if (e(a).kind == 'F' && e(a).order != 's') kept = false;
        if (e(b).kind == 'F' && e(b).order != 's') kept = false;
        for (int x = 0; x < n_; ++x) {
          const bool between = (x == a || po_.at(a, x)) && (x == b || po_.at(x, b));
          if (between && barrier(x)) kept = true;
        }
        if (kept) ppo.add(a, b);
      }
    }
    return !(local | rf_ | co_ | rb_).cyclic() && !(ppo | rfe | co_ | rb_ | lo_).cyclic();
  }

  bool rc11() const {
    // Release sequences, and what synchronises.
    Relation sw;
    for (int w = 0; w < n_; ++w) {
      if (!e(w).writes) continue;
      std::vector<int> sequence = {w};
      for (std::size_t i = 0; i < sequence.size(); ++i) {
        for (int u = 0; u < n_; ++u) {
          if (e(u).reads && e(u).writes && e(u).from == sequence[i]) sequence.push_back(u);
        }
      }
      std::vector<int> heads, tails;
      if (releases(e(w).order)) heads.push_back(w);
      for (int f = 0; f < n_; ++f) {
        if (e(f).kind == 'F' && releases(e(f).order) && po_.at(f, w)) heads.push_back(f);
      }
      for (int r = 0; r < n_; ++r) {
        if (!e(r).reads || std::find(sequence.begin(), sequence.end(), e(r).from) == sequence.end()) continue;
        if (acquires(e(r).order)) tails.push_back(r);
        for (int f = 0; f < n_; ++f) {
          if (e(f).kind == 'F' && acquires(e(f).order) && po_.at(r, f)) tails.push_back(f);
        }
      }
      for (int a : heads) {
        for (int b : tails) {
          if (a != b) sw.add(a, b);
        }
      }
    }
    const Relation hb = (po_ | sw | lo_).closed();
    const Relation eco = (rf_ | co_ | rb_).closed();
    if (hb.reflexive() || hb.then(eco).reflexive()) return false;
    // The seq_cst axiom.
    Relation other, local;  // program order to another location; happens-before at one location
    for (int a = 0; a < n_; ++a) {
      for (int b = 0; b < n_; ++b) {
        const bool same = e(a).is_memory() && e(b).is_memory() && e(a).place == e(b).place;
        const bool same_mutex =
            !e(a).is_memory() && e(a).kind != 'F' && !e(b).is_memory() && e(b).kind != 'F' && e(a).place == e(b).place;
        if (po_.at(a, b) && !same && !same_mutex) other.add(a, b);
        if (hb.at(a, b) && same) local.add(a, b);
      }
    }
    const Relation scb = po_ | other.then(hb).then(other) | local | co_ | rb_;
    Relation self, fence, access;
    for (int a = 0; a < n_; ++a) {
      self.add(a, a);
      if (e(a).order != 's' || e(a).kind == 'L' || e(a).kind == 'U') continue;
      (e(a).kind == 'F' ? fence : access).add(a, a);
    }
    const Relation maybe = hb | self;
    const Relation before = access | fence | fence.then(maybe);
    const Relation after = access | fence | maybe.then(fence);
    const Relation psc = before.then(scb).then(after) | fence.then(hb | hb.then(eco).then(hb)).then(fence);
    return !psc.cyclic();
  }

  bool consistent(const std::string& model) const {
    if (!atomic()) return false;
    return model == "sc" ? sc() : model == "tso" ? tso() : rc11();
  }

 private:
  const Event& e(int i) const { return s_.events[static_cast<std::size_t>(i)]; }
  const State& s_;
  int n_;
  Relation po_, rf_, co_, rb_, lo_;
};

std::string name(const Event& e) { return std::to_string(e.thread + 1) + "." + std::to_string(e.access); }

std::string text(const State& s, bool partial) {
  std::vector<std::string> tokens;
  for (const Event& e : s.events) {
    if (partial && e.access < 0) tokens.push_back("f" + std::to_string(e.thread));
    if (!e.reads) continue;
    tokens.push_back(name(e) + "<" + (e.from == kInitial ? "i" : name(s.events[static_cast<std::size_t>(e.from)])));
  }
  for (const auto* lists : {&s.order, &s.locks}) {
    for (const auto& [place, list] : *lists) {
      if (list.empty()) continue;
      std::string token;
      for (int i : list) token += (token.empty() ? "" : ",") + name(s.events[static_cast<std::size_t>(i)]);
      tokens.push_back((lists == &s.order ? "co:" : "ob:") + token);
    }
  }
  std::sort(tokens.begin(), tokens.end());
  std::string line;
  for (const std::string& t : tokens) line += (line.empty() ? "" : " ") + t;
  if (partial) {
    for (const Thread& t : s.threads) line += " @" + std::to_string(t.next);
  }
  return line;
}

class Enumerator {
 public:
  Enumerator(const Program& p, std::string model) : program_(p), model_(std::move(model)) {}

  std::set<std::string> run() {
    State s;
    s.threads.resize(program_.size());
    visit(s);
    return complete_;
  }

 private:
  void visit(const State& s) {
    if (!seen_.insert(text(s, true)).second) return;
    bool finished = true;
    for (std::size_t t = 0; t < program_.size(); ++t) {
      if (s.threads[t].next == program_[t].size()) continue;
      finished = false;
      step(s, static_cast<int>(t));
    }
    if (finished) complete_.insert(text(s, false));
  }

  void go_on(const State& s) {
    if (Graph(s).consistent(model_)) visit(s);
  }

  void step(const State& s, int t) {
    const auto thread = static_cast<std::size_t>(t);
    const Operation& o = program_[thread][s.threads[thread].next];
    State base = s;
    Thread& me = base.threads[thread];
    ++me.next;
    if (o.kind == 'S') {
      if (me.last == o.expected && me.next < program_[thread].size()) ++me.next;
      visit(base);
      return;
    }
    const int id = static_cast<int>(base.events.size());
    Event e = {t, o.kind == 'F' ? -1 : me.accesses++, o.kind, o.place, o.order};
    if (o.kind == 'F') {
      base.events.push_back(e);
      go_on(base);
      return;
    }
    if (o.kind == 'L' || o.kind == 'U') {
      std::vector<int>& ops = base.locks[o.place];
      if (o.kind == 'L' && !ops.empty() && base.events[static_cast<std::size_t>(ops.back())].kind == 'L') return;
      ops.push_back(id);
      base.events.push_back(e);
      go_on(base);
      return;
    }
    const std::vector<int> stores = base.order[o.place];
    const int operand = o.relative ? me.last + o.value : o.value;
    if (o.kind == 'W') {
      e.writes = true;
      e.value = operand;
      for (std::size_t at = 0; at <= stores.size(); ++at) place(base, e, id, at);
      return;
    }
    for (int i = -1; i < static_cast<int>(stores.size()); ++i) {
      State next = base;
      Event r = e;
      r.reads = true;
      r.from = i < 0 ? kInitial : stores[static_cast<std::size_t>(i)];
      r.seen = i < 0 ? 0 : next.events[static_cast<std::size_t>(r.from)].value;
      next.threads[thread].last = r.seen;
      r.writes = o.kind == 'A' || o.kind == 'X' || (o.kind == 'C' && r.seen == o.expected);
      r.value = o.kind == 'A' ? r.seen + operand : operand;
      if (!r.writes) {
        if (o.kind == 'C') r.order = o.order == 'r' ? 'x' : o.order == 'b' ? 'a' : o.order;
        next.events.push_back(r);
        go_on(next);
        continue;
      }
      place(next, r, id, static_cast<std::size_t>(i) + 1);
    }
  }

  void place(const State& s, const Event& e, int id, std::size_t at) {
    State next = s;
    next.events.push_back(e);
    std::vector<int>& stores = next.order[e.place];
    stores.insert(stores.begin() + static_cast<std::ptrdiff_t>(at), id);
    go_on(next);
  }

  const Program& program_;
  std::string model_;
  std::set<std::string> seen_, complete_;
};

Program parse(const std::string& line) {
  Program program;
  std::istringstream threads(line);
  for (std::string thread; std::getline(threads, thread, '|');) {
    program.emplace_back();
    std::istringstream operations(thread);
    for (std::string operation; std::getline(operations, operation, ';');) {
      std::istringstream in(operation);
      Operation o = {};
      if (!(in >> o.kind)) continue;
      auto value = [&] {
        std::string v;
        in >> v;
        o.relative = v[0] == 'd';
        o.value = std::stoi(o.relative ? v.substr(1) : v);
      };
      switch (o.kind) {
        case 'W':
        case 'A':
        case 'X':
          in >> o.place;
          value();
          in >> o.order;
          break;
        case 'R':
          in >> o.place >> o.order;
          break;
        case 'C':
          in >> o.place >> o.expected;
          value();
          in >> o.order;
          break;
        case 'F':
          in >> o.order;
          break;
        case 'S':
          in >> o.expected;
          break;
        default:
          in >> o.place;
      }
      program.back().push_back(o);
    }
  }
  return program;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> models(argv + 1, argv + argc);
  for (std::string line; std::getline(std::cin, line);) {
    const Program program = parse(line);
    for (const std::string& model : models) {
      const std::set<std::string> executions = Enumerator(program, model).run();
      std::cout << "# " << model << " " << executions.size() << " " << line << "\n";
      for (const std::string& e : executions) std::cout << e << "\n";
    }
  }
}
