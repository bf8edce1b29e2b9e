#include "model/paranoid.h"

namespace lockstep::runtime::paranoid {
namespace {

enum class What : u8 { kAccess, kFence, kObject, kCreate, kJoin };

struct Node {
  const void* where;  // Location, Object
  const Store* reads;
  const Store* writes;
  What what;
  Order order;
  u16 thread, other;
  bool locked, changes, is_mutex;
};

u32 g_count = 0;
bool g_too_large = false;
Node g_node[kMaxNodes];

void add(const Node& n) {
  if (g_count == kMaxNodes) {
    g_too_large = true;
  } else {
    g_node[g_count++] = n;
  }
}

class Relation {
 public:
  bool at(u32 a, u32 b) const { return row_[a][b / 64] >> (b % 64) & 1; }
  void set(u32 a, u32 b) { row_[a][b / 64] |= u64{1} << (b % 64); }
  void clear() { fill_bytes(row_, 0, sizeof row_); }
  void add(const Relation& r) {
    for (u32 i = 0; i < g_count; ++i) merge(i, r.row_[i]);
  }
  /// a;b
  void compose(const Relation& a, const Relation& b) {
    clear();
    for (u32 i = 0; i < g_count; ++i) {
      for (u32 k = 0; k < g_count; ++k) {
        if (a.at(i, k)) merge(i, b.row_[k]);
      }
    }
  }
  void close() {
    for (u32 k = 0; k < g_count; ++k) {
      for (u32 i = 0; i < g_count; ++i) {
        if (at(i, k)) merge(i, row_[k]);
      }
    }
  }
  bool reflexive() const {
    for (u32 i = 0; i < g_count; ++i) {
      if (at(i, i)) return true;
    }
    return false;
  }

 private:
  static constexpr u32 kWords = kMaxNodes / 64;
  void merge(u32 i, const u64 (&from)[kWords]) {
    for (u32 w = 0; w < kWords; ++w) row_[i][w] |= from[w];
  }
  u64 row_[kMaxNodes][kWords];
};

Relation g_po, g_rf, g_co, g_fr, g_objects, g_hb, g_eco, g_a, g_b, g_c, g_scb, g_psc;

bool is_store(const Node& n) { return n.what == What::kAccess && n.writes; }
bool sees(const Node& n) { return n.what == What::kAccess && n.reads; }
bool before(const Store* a, const Store* b) {
  for (const Store* s = a->next; s; s = s->next) {
    if (s == b) return true;
  }
  return false;
}

// Program order with creation and joining; reads-from; modification order; reads-before; orders of objects.
void basics() {
  for (Relation* r : {&g_po, &g_rf, &g_co, &g_fr, &g_objects}) r->clear();
  for (u32 a = 0; a < g_count; ++a) {
    const Node& x = g_node[a];
    for (u32 b = 0; b < g_count; ++b) {
      const Node& y = g_node[b];
      if (a == b) continue;
      if (a < b && x.thread == y.thread) g_po.set(a, b);
      if (x.what == What::kCreate && y.thread == x.other) g_po.set(a, b);
      if (y.what == What::kJoin && x.thread == y.other) g_po.set(a, b);
      if (x.what == What::kObject && y.what == What::kObject && x.where == y.where && a < b &&
          (x.changes || y.changes)) {
        g_objects.set(a, b);
      }
      if (x.what != What::kAccess || y.what != What::kAccess || x.where != y.where) continue;
      if (is_store(x) && sees(y) && y.reads == x.writes) g_rf.set(a, b);
      if (is_store(x) && is_store(y) && before(x.writes, y.writes)) g_co.set(a, b);
      if (sees(x) && is_store(y) && before(x.reads, y.writes)) g_fr.set(a, b);
    }
  }
  g_po.close();
}

bool atomic() {
  for (u32 i = 0; i < g_count; ++i) {
    const Node& n = g_node[i];
    if (n.what == What::kAccess && n.reads && n.writes && n.reads->next != n.writes) return false;
  }
  return true;
}

bool barrier(const Node& n) {
  if (n.what == What::kFence) return n.order == Order::kSeqCst;
  if (n.what != What::kAccess) return true;
  return n.locked || (n.writes && (n.reads || n.order == Order::kSeqCst));
}

const char* check_tso() {
  g_a.clear();  // program order at one location
  g_b.clear();  // what of it the processor keeps
  for (u32 a = 0; a < g_count; ++a) {
    for (u32 b = 0; b < g_count; ++b) {
      const Node& x = g_node[a];
      const Node& y = g_node[b];
      if (!g_po.at(a, b)) {
        if (g_rf.at(a, b) && x.thread != y.thread) g_b.set(a, b);
        continue;
      }
      if (x.what == What::kAccess && y.what == What::kAccess && x.where == y.where) g_a.set(a, b);
      bool weak_fence = (x.what == What::kFence && !barrier(x)) || (y.what == What::kFence && !barrier(y));
      bool kept =
          !weak_fence && !(x.what == What::kAccess && x.writes && !x.reads && y.what == What::kAccess && !y.writes);
      for (u32 k = 0; k < g_count && !kept; ++k) {
        kept = barrier(g_node[k]) && (k == a || g_po.at(a, k)) && (k == b || g_po.at(k, b));
      }
      if (kept) g_b.set(a, b);
    }
  }
  for (Relation* r : {&g_a, &g_b}) {
    r->add(g_co);
    r->add(g_fr);
  }
  g_a.add(g_rf);
  g_b.add(g_objects);
  g_a.close();
  g_b.close();
  if (g_a.reflexive()) return "a location is not coherent";
  return g_b.reflexive() ? "the global order of x86-TSO has a cycle" : nullptr;
}

// Synchronises-with, by release sequences and fences, and by mutexes.
void happens_before() {
  g_hb = g_po;
  for (u32 a = 0; a < g_count; ++a) {
    for (u32 b = 0; b < g_count; ++b) {
      const Node& x = g_node[a];
      const Node& y = g_node[b];
      if (g_objects.at(a, b) && x.is_mutex && x.changes && y.changes) g_hb.set(a, b);
      if (!is_store(x) || !sees(y) || x.where != y.where) continue;
      // Does y read from x, or from an RMW at the end of a chain of them that begins with x?
      const Store* s = y.reads;
      bool follows = s == x.writes;
      for (u32 guard = 0; !follows && guard < g_count; ++guard) {
        const Node* rmw = nullptr;
        for (u32 i = 0; i < g_count; ++i) {
          if (is_store(g_node[i]) && g_node[i].writes == s && g_node[i].reads) rmw = &g_node[i];
        }
        if (!rmw) break;
        s = rmw->reads;
        follows = s == x.writes;
      }
      if (!follows) continue;
      for (u32 f = 0; f < g_count; ++f) {
        bool head = f == a ? is_release(x.order)
                           : g_node[f].what == What::kFence && is_release(g_node[f].order) &&
                                 g_node[f].thread == x.thread && g_po.at(f, a);
        if (!head) continue;
        for (u32 g = 0; g < g_count; ++g) {
          bool tail = g == b ? is_acquire(y.order)
                             : g_node[g].what == What::kFence && is_acquire(g_node[g].order) &&
                                   g_node[g].thread == y.thread && g_po.at(b, g);
          if (tail && f != g) g_hb.set(f, g);
        }
      }
    }
  }
  g_hb.close();
}

const char* check_rc11() {
  happens_before();
  g_eco = g_rf;
  g_eco.add(g_co);
  g_eco.add(g_fr);
  g_eco.close();
  if (g_hb.reflexive()) return "happens-before has a cycle";
  g_a.compose(g_hb, g_eco);
  if (g_a.reflexive()) return "happens-before and the order of a location contradict each other";
  // psc
  g_b.clear();  // program order to elsewhere
  g_scb = g_po;
  for (u32 a = 0; a < g_count; ++a) {
    for (u32 b = 0; b < g_count; ++b) {
      bool same = g_node[a].where && g_node[a].where == g_node[b].where;
      if (g_po.at(a, b) && !same) g_b.set(a, b);
      if (g_hb.at(a, b) && same && g_node[a].what == What::kAccess) g_scb.set(a, b);
    }
  }
  g_a.compose(g_b, g_hb);
  g_c.compose(g_a, g_b);
  for (const Relation* r : {&g_c, &g_co, &g_fr}) g_scb.add(*r);
  auto sc = [](u32 i, What what) { return g_node[i].what == what && g_node[i].order == Order::kSeqCst; };
  g_a.clear();  // [SC] ∪ [F];hb?
  g_b.clear();  // [SC] ∪ hb?;[F]
  for (u32 i = 0; i < g_count; ++i) {
    if (!sc(i, What::kAccess) && !sc(i, What::kFence)) continue;
    g_a.set(i, i);
    g_b.set(i, i);
    if (!sc(i, What::kFence)) continue;
    for (u32 k = 0; k < g_count; ++k) {
      if (g_hb.at(i, k)) g_a.set(i, k);
      if (g_hb.at(k, i)) g_b.set(k, i);
    }
  }
  g_c.compose(g_a, g_scb);
  g_psc.compose(g_c, g_b);
  g_a.compose(g_hb, g_eco);
  g_b.compose(g_a, g_hb);
  g_b.add(g_hb);
  for (u32 i = 0; i < g_count; ++i) {
    for (u32 k = 0; k < g_count; ++k) {
      if (g_b.at(i, k) && sc(i, What::kFence) && sc(k, What::kFence)) g_psc.set(i, k);
    }
  }
  g_psc.close();
  return g_psc.reflexive() ? "the seq_cst order has a cycle" : nullptr;
}

const char* check_sc() {
  g_a = g_po;
  for (const Relation* r : {&g_rf, &g_co, &g_fr, &g_objects}) g_a.add(*r);
  g_a.close();
  return g_a.reflexive() ? "it is no interleaving" : nullptr;
}

}  // namespace

void reset() {
  g_count = 0;
  g_too_large = false;
}

void access(const Thread& t, const Location& l, const Store* reads, const Store* writes, Order order, bool locked) {
  add({&l, reads, writes, What::kAccess, order, t.id, 0, locked, false, false});
}
void fence(const Thread& t, Order order) {
  add({nullptr, nullptr, nullptr, What::kFence, order, t.id, 0, false, false, false});
}
void operation(const Thread& t, const Object& object, bool changes, bool is_mutex) {
  add({&object, nullptr, nullptr, What::kObject, Order::kSeqCst, t.id, 0, false, changes, is_mutex});
}
void created(const Thread& creator, const Thread& child) {
  add({nullptr, nullptr, nullptr, What::kCreate, Order::kSeqCst, creator.id, child.id, false, false, false});
}
void joined(const Thread& t, const Thread& target) {
  add({nullptr, nullptr, nullptr, What::kJoin, Order::kSeqCst, t.id, target.id, false, false, false});
}

const char* check(protocol::MemoryModel model) {
  if (g_too_large) return nullptr;
  basics();
  if (!atomic()) return "another store stands between a read-modify-write and what it read";
  switch (model) {
    case protocol::MemoryModel::kSc:
      return check_sc();
    case protocol::MemoryModel::kTso:
      return check_tso();
    default:
      return check_rc11();
  }
}

}  // namespace lockstep::runtime::paranoid
