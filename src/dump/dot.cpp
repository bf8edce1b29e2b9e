#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "dump/forms.h"

namespace lockstep::dump {
namespace {

std::string label(const std::string& text) {
  std::string out;
  for (const char c : report::printable(report::valid_utf8(text))) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

// Threads are boxes, tasks rounded ones, what they wait for are ellipses; alike waiters of one object are one box.
std::string to_dot(const Picture& p) {
  std::string out =
      "digraph waits {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n";
  out += fmt::format("  label=\"{}\";\n", label(p.summary));
  std::map<std::string, std::string> objects;  // text to node
  struct Group {
    std::vector<const Thread*> threads;
    std::string object;
  };
  std::map<std::string, Group> groups;
  std::set<int> marked;  // those that others wait for, or that are in a cycle, stand by themselves
  for (const auto& c : p.cycles) marked.insert(c.begin(), c.end());
  for (const Thread& t : p.threads) {
    if (t.wait && !is_loop(*t.wait)) marked.insert(t.wait->holders.begin(), t.wait->holders.end());
  }
  for (const Thread& t : p.threads) {
    const bool waits = t.wait && !is_loop(*t.wait) && (t.wait->address != 0 || !t.wait->holders.empty());
    if (!waits && t.holds.empty() && marked.count(t.tid) == 0) continue;
    std::string object;
    if (waits) object = is_join(*t.wait) || t.wait->kind == "thread" ? wait_text(p, t) : object_text(*t.wait);
    const bool alone = !t.holds.empty() || marked.count(t.tid) > 0;
    Group& g = groups[alone ? std::to_string(t.tid) : t.state + " " + object];
    g.threads.push_back(&t);
    g.object = object;
  }
  std::map<int, std::string> nodes;
  for (const auto& [key, g] : groups) {
    const int id = g.threads.front()->tid;
    const std::string node = id < 0 ? fmt::format("task{}", -id) : fmt::format("t{}", id);
    for (const Thread* t : g.threads) nodes[t->tid] = node;
    const Thread& first = *g.threads.front();
    const std::size_t n = g.threads.size();
    out += fmt::format("  {} [shape=box{} label=\"{}\"{}];\n", node, id < 0 ? " style=rounded" : "",
                       label(n > 1    ? count_text(p, id < 0 ? 0 : n, id < 0 ? n : 0)
                             : id < 0 ? first.name
                                      : fmt::format("{} ({})", first.name, first.tid)),
                       first.state == "deadlocked" ? " color=red penwidth=2" : "");
  }
  std::map<std::string, bool> drawn;
  const auto edge = [&](const std::string& from, const std::string& to, const std::string& attributes) {
    const std::string text = fmt::format("  {} -> {}{};\n", from, to, attributes);
    if (!drawn[text]) out += text;
    drawn[text] = true;
  };
  for (const auto& [key, g] : groups) {
    const Thread& t = *g.threads.front();
    if (g.object.empty()) continue;
    const std::string from = nodes[t.tid];
    const bool for_others = is_join(*t.wait) || t.wait->kind == "thread";
    if (for_others && !t.wait->holders.empty() && nodes.count(t.wait->holders.front())) {
      for (const int h : t.wait->holders) edge(from, nodes[h], " [label=\"joins\"]");
      continue;
    }
    const auto [it, fresh] = objects.try_emplace(g.object, fmt::format("o{}", objects.size()));
    if (fresh) out += fmt::format("  {} [shape=ellipse label=\"{}\"];\n", it->second, label(g.object));
    edge(from, it->second, " [label=\"waits\"]");
    for (const int h : t.wait->holders) {
      if (nodes.count(h)) edge(it->second, nodes[h], " [label=\"held by\"]");
    }
  }
  // A task in a cycle that needs the thread of its loop.
  for (const auto& c : p.cycles) {
    for (std::size_t i = 0; i < c.size(); ++i) {
      const Thread* t = p.thread(c[i]);
      const int next = c[(i + 1) % c.size()];
      if (t->loop == next && nodes.count(next)) edge(nodes[t->tid], nodes[next], " [label=\"runs on\"]");
    }
  }
  return out + "}\n";
}

}  // namespace lockstep::dump
