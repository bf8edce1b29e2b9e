#include <fmt/format.h>

#include <algorithm>
#include <map>
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

// Threads are boxes, what they wait for are ellipses; alike waiters of one object are one box.
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
  for (const Thread& t : p.threads) {
    const bool waits = t.wait && (t.wait->address != 0 || !t.wait->holders.empty());
    if (!waits && t.holds.empty()) continue;
    std::string object;
    if (waits) object = t.wait->kind == "join" ? wait_text(p, t) : object_text(*t.wait);
    // One that others wait for, or that is in a cycle, stands by itself.
    bool alone = !t.holds.empty();
    for (const auto& c : p.cycles) alone |= std::find(c.begin(), c.end(), t.tid) != c.end();
    for (const Thread& other : p.threads) {
      if (!other.wait) continue;
      for (const int h : other.wait->holders) alone |= h == t.tid;
    }
    Group& g = groups[alone ? std::to_string(t.tid) : t.state + " " + object];
    g.threads.push_back(&t);
    g.object = object;
  }
  std::map<int, std::string> nodes;
  for (const auto& [key, g] : groups) {
    const std::string node = fmt::format("t{}", g.threads.front()->tid);
    for (const Thread* t : g.threads) nodes[t->tid] = node;
    const Thread& first = *g.threads.front();
    out += fmt::format("  {} [shape=box label=\"{}\"{}];\n", node,
                       label(g.threads.size() == 1 ? fmt::format("{} ({})", first.name, first.tid)
                                                   : fmt::format("{} threads", g.threads.size())),
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
    if (t.wait->kind == "join" && !t.wait->holders.empty() && nodes.count(t.wait->holders.front())) {
      edge(from, nodes[t.wait->holders.front()], " [label=\"joins\"]");
      continue;
    }
    const auto [it, fresh] = objects.try_emplace(g.object, fmt::format("o{}", objects.size()));
    if (fresh) out += fmt::format("  {} [shape=ellipse label=\"{}\"];\n", it->second, label(g.object));
    edge(from, it->second, " [label=\"waits\"]");
    for (const int h : t.wait->holders) {
      if (nodes.count(h)) edge(it->second, nodes[h], " [label=\"held by\"]");
    }
  }
  return out + "}\n";
}

}  // namespace lockstep::dump
