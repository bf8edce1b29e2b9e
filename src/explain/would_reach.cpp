#include "explain/would_reach.h"

#include <algorithm>

#include "trace/vocabulary.h"

namespace lockstep::explain {

bool would_reach(const History& h, Index from, Index to, std::vector<Index>* crossings) {
  if (from == kNone || to == kNone) return false;
  std::vector<Index> via(h.size(), kNone);
  std::vector<bool> seen(h.size(), false);
  std::vector<Index> work = {to};
  seen[to] = true;
  std::vector<Index> previous(h.size(), kNone);
  std::vector<Index> last(h.execution().threads.size(), kNone);
  for (Index i = 0; i < h.size(); ++i) {
    previous[i] = last[h.at(i).thread];
    last[h.at(i).thread] = i;
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
    const trace::Event& e = h.at(i);
    visit(previous[i]);
    if (trace::is_read(e.op) && e.op != protocol::Op::kPlainRead && i != to) visit(e.reads_from);
    if (e.op == protocol::Op::kThreadJoin && e.other != protocol::kNoThread) visit(last[e.other]);
    if (previous[i] == kNone && h.execution().threads[e.thread].create_event != protocol::kNone)
      visit(h.execution().threads[e.thread].create_event);
    if (trace::is_acquire(e.op)) {
      for (Index k = i; k-- > 0;) {
        if (h.at(k).addr == e.addr && trace::is_release(h.at(k).op)) {
          visit(k);
          break;
        }
      }
    }
  }
  if (!seen[from]) return false;
  for (Index i = from; i != to; i = via[i]) {
    const Index next = via[i];
    if (h.at(next).thread != h.at(i).thread && h.at(next).reads_from == i) {
      crossings->push_back(i);
      crossings->push_back(next);
    }
  }
  return true;
}

}  // namespace lockstep::explain
