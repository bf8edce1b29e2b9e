#include "graph/graph.h"

namespace lockstep::runtime {

namespace {
// Positions have gaps so that most insertions in the middle need no renumbering.
constexpr u64 kGap = u64{1} << 40;
}  // namespace

void Graph::open() {
  memory_.open(std::size_t{8} << 30);
  accesses_.open(4u << 20);
  thread_events_.open(protocol::kMaxThreads);
  barriers_.open(protocol::kMaxThreads);
  reset();
}

void Graph::reset() {
  memory_.reset();
  memory_.take(16);  // offset 0 means "none"
  locations_ = nullptr;
  accesses_.clear();
  thread_events_.clear();
  barriers_.clear();
  has_sc_fence = false;
  has_sc_access = false;
  approximated = renumbered = false;
  effort = 0;
}

Store* Graph::insert_store(Location& location, Store* place, u64 position) {
  Store* store = memory_.make<Store>();
  store->previous = place;
  store->next = place->next;
  store->rmw = nullptr;
  store->name = kNoStoreName;
  store->now = 0;
  store->initial = false;
  place->next = store;
  if (store->next) {
    store->next->previous = store;
    store->position = place->position + (store->next->position - place->position) / 2;
    if (store->position == place->position && !position) {
      u64 next = location.first->position;
      for (Store* s = location.first; s; s = s->next, next += kGap) s->position = next;
      renumbered = true;
    }
  } else {
    location.last = store;
    store->position = place->position + kGap;
  }
  if (position) store->position = position;
  ++location.version;
  return store;
}

Location* Graph::make_location(u64 address, u8 size, const u64 value[2]) {
  Location* location = memory_.make<Location>();
  fill_bytes(location, 0, sizeof *location);
  location->address = address;
  location->size = size;
  location->next = locations_;
  locations_ = location;
  Store* store = memory_.make<Store>();
  fill_bytes(store, 0, sizeof *store);
  store->value[0] = value[0];
  store->value[1] = value[1];
  store->position = kGap;
  store->name = kNoStoreName;
  store->event = protocol::kNone;
  store->thread = protocol::kNoThread;
  store->initial = true;
  location->first = location->last = store;
  return location;
}

u32 Graph::barrier_before(u32 thread, u32 index) const {
  const List<u32>& barriers = barriers_[thread];
  for (u32 i = barriers.size; i-- > 0;) {
    if (barriers[i] < index) return barriers[i];
  }
  return 0;
}

History& Graph::history(Location& location, u32 thread) {
  while (location.history.size <= thread) location.history.push(memory_, nullptr);
  History*& slot = location.history[thread];
  if (!slot) {
    slot = memory_.make<History>();
    *slot = History{};
  }
  return *slot;
}

void Graph::note(Location& location, u32 thread, u32 index, Store* store, bool write) {
  History& h = history(location, thread);
  (write ? h.last_write : h.last_read) = index;
  if (h.seen.size && h.seen.back().store == store) return;
  h.seen.push(memory_, {store, index});
}

Store* Graph::coherence_bound(const Location& location, const Clock* clock) const {
  Store* bound = location.first;
  for (u32 t = 0; t < location.history.size; ++t) {
    const History* h = location.history[t];
    if (!h) continue;
    u32 known = clock->get(t);
    // Along a thread the stores seen ascend in modification order, so the newest known one decides.
    for (u32 i = h->seen.size; i-- > 0;) {
      if (h->seen[i].index > known) continue;
      if (h->seen[i].store->position > bound->position) bound = h->seen[i].store;
      break;
    }
  }
  return bound;
}

}  // namespace lockstep::runtime
