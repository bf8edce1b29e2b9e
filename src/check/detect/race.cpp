#include "detect/race.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "detect/library.h"
#include "program/heap.h"
#include "program/objects.h"
#include "program/program.h"
#include "program/spin.h"
#include "record/recorder.h"

namespace lockstep::runtime::race {
namespace {

constexpr u8 kFreed = 1;
constexpr u8 kObject = 2;

// An access that does not fit into its cell.
struct More {
  More* next;
  u64 epoch;
  u8 mask;
  bool write;
};

struct Cell {
  u32 execution;
  u8 flags;
  u8 write_mask;
  u8 read_mask;
  u8 reserved;
  u64 write;  // epoch: thread << 48 | index
  u64 read;
  u32 more;       // More, offset in the graph's memory; 0 none
  u32 locations;  // first Location of the granule; 0 none
};
static_assert(sizeof(Cell) == 32);

// Shadow of 2 MiB of program memory each, found through a hash of the address.
constexpr u32 kRegionBits = 21;
constexpr u32 kRegions = 4096;
constexpr std::size_t kShadowBytes = (std::size_t{1} << kRegionBits) / 8 * sizeof(Cell);
struct Region {
  u64 tag;  // address >> kRegionBits, + 1
  Cell* cells;
};
Region g_regions[kRegions];

bool g_collect = false;
constexpr u32 kSharedSlots = 1u << 16;
// Open addressing; granule addresses. In memory shared across fork: one child finds them, the next one records.
struct SharedSet {
  u64 slot[kSharedSlots];
  u32 count;
};
SharedSet* g_shared = nullptr;

Cell* region_of(u64 address) {
  u64 tag = (address >> kRegionBits) + 1;
  u32 i = static_cast<u32>(tag * 0x9e3779b97f4a7c15 >> 52);
  for (u32 probe = 0; probe < kRegions; ++probe, i = (i + 1) % kRegions) {
    Region& r = g_regions[i];
    if (LOCKSTEP_LIKELY(r.tag == tag)) return r.cells;
    if (r.tag == 0) {
      r.cells = static_cast<Cell*>(reserve(kShadowBytes));
      r.tag = tag;
      return r.cells;
    }
  }
  fatal("the program uses more memory than the checker can watch (8 GiB)");
}

Cell& cell_of(u64 address) {
  Cell& c = region_of(address)[(address & ((1u << kRegionBits) - 1)) >> 3];
  if (LOCKSTEP_UNLIKELY(c.execution != program.execution())) {
    c.execution = program.execution();
    c.flags = c.write_mask = c.read_mask = 0;
    c.more = c.locations = 0;
    c.write = c.read = 0;
  }
  return c;
}

u64 epoch_of(const Thread& t) { return static_cast<u64>(t.id) << 48 | t.index; }

// An access with this epoch happens before everything that t does from now on.
bool ordered(const Thread& t, u64 epoch) {
  u32 thread = static_cast<u32>(epoch >> 48);
  return thread == t.id || t.clock->get(thread) > (epoch & 0xffffffffffff);
}

struct Benign {
  u64 low, high;
};
List<Benign> g_benign;

bool is_benign(u64 address) {
  for (const Benign& b : g_benign) {
    if (address >= b.low && address < b.high) return true;
  }
  return false;
}

void race_found(Thread& t, u64 address, u32 size, bool write, u64 other_epoch, u64 pc) {
  if (g_benign.size && is_benign(address)) return;
  if (!library::loaded()) {
    running = nullptr;
    program.finish(Outcome::kNeedLibrary);
  }
  Thread* was = running;
  running = nullptr;
  protocol::Bug before = program.detail;
  u16 other = static_cast<u16>(other_epoch >> 48);
  program.detail.access_size = static_cast<u16>(size);
  program.detail.other = other;
  if (program.recording) recorder::race(t, other, address, size, write);
  if (library::in_atomic_shared_ptr(pc)) {
    program.warn(Kind::kDataRace, &t, address, pc, "in code of the C++ standard library", true);
    program.detail = before;
    running = was;
    return;
  }
  program.bug(Kind::kDataRace, &t, address, pc);
}

void share(u64 granule) {
  if (g_shared->count > kSharedSlots / 2) return;
  u32 i = static_cast<u32>(granule * 0x9e3779b97f4a7c15 >> 48);
  for (;; i = (i + 1) % kSharedSlots) {
    if (g_shared->slot[i] == granule) return;
    if (!g_shared->slot[i]) {
      g_shared->slot[i] = granule;
      ++g_shared->count;
      return;
    }
  }
}

// Recording: does any other thread's access stand in the cell?
void collect(const Thread& t, Cell& c, u64 granule) {
  bool other = (c.write_mask && c.write >> 48 != t.id) || (c.read_mask && c.read >> 48 != t.id);
  for (More* m = c.more ? static_cast<More*>(program.graph.memory().at(c.more)) : nullptr; m; m = m->next) {
    other |= m->epoch >> 48 != t.id;
  }
  if (c.locations) other = true;
  if (other) share(granule);
}

void push_more(Cell& c, u64 epoch, u8 mask, bool write) {
  More* head = c.more ? static_cast<More*>(program.graph.memory().at(c.more)) : nullptr;
  More* keep = nullptr;
  u64 thread = epoch >> 48;
  for (More* m = head; m; m = m->next) {
    // An older access of the same thread to the same bytes says nothing that this one does not.
    if (m->write == write && m->epoch >> 48 == thread && (m->mask & ~mask) == 0) keep = m;
  }
  if (keep) {
    keep->epoch = epoch;
    keep->mask = mask;
    return;
  }
  More* m = program.graph.memory().make<More>();
  *m = {head, epoch, mask, write};
  c.more = program.graph.memory().offset_of(m);
}

Location* first_location(const Cell& c) {
  return c.locations ? static_cast<Location*>(program.graph.memory().at(c.locations)) : nullptr;
}

// Plain access against the atomic ones of the granule.
void against_atomics(Thread& t, Cell& c, u64 address, u32 size, bool write, u64 pc) {
  for (Location* l = first_location(c); l; l = l->next_in_granule) {
    if (l->address >= address + size || address >= l->address + l->size) continue;
    for (u32 u = 0; u < l->history.size; ++u) {
      const History* h = l->history[u];
      if (!h || u == t.id) continue;
      u32 known = t.clock->get(u);
      if (h->last_write > known) race_found(t, address, size, write, static_cast<u64>(u) << 48 | h->last_write, pc);
      if (write && h->last_read > known) {
        race_found(t, address, size, write, static_cast<u64>(u) << 48 | h->last_read, pc);
      }
    }
    if (write) {
      l->plain_written = true;
      l->plain_thread = t.id;
      l->plain_index = t.index + 1;
      ++l->version;
    }
  }
}

void against_plain(Thread& t, Cell& c, u64 address, u32 size, u8 mask, bool write, u64 pc) {
  if ((c.write_mask & mask) && !ordered(t, c.write)) race_found(t, address, size, write, c.write, pc);
  if (write && (c.read_mask & mask) && !ordered(t, c.read)) race_found(t, address, size, write, c.read, pc);
  if (!c.more) return;
  for (More* m = static_cast<More*>(program.graph.memory().at(c.more)); m; m = m->next) {
    if ((m->mask & mask) && (write || m->write) && !ordered(t, m->epoch)) {
      race_found(t, address, size, write, m->epoch, pc);
    }
  }
}

void remember(Thread& t, Cell& c, u8 mask, bool write) {
  u64 epoch = epoch_of(t);
  // More bytes at the same point of the same thread (a loop over characters) are one access.
  if (write && c.write_mask && c.write == epoch) {
    c.write_mask |= mask;
    if ((c.read_mask & ~mask) == 0) c.read_mask = 0;
    return;
  }
  if (!write && c.read_mask && c.read == epoch) {
    c.read_mask |= mask;
    return;
  }
  if (write) {
    if (c.write_mask & ~mask) push_more(c, c.write, c.write_mask, true);
    c.write = epoch;
    c.write_mask = mask;
    if ((c.read_mask & ~mask) == 0) c.read_mask = 0;  // ordered before this write, which now stands for them
    return;
  }
  if (c.read_mask && ((c.read_mask & ~mask) || !ordered(t, c.read))) push_more(c, c.read, c.read_mask, false);
  c.read = epoch;
  c.read_mask = mask;
}

[[noreturn]] void use_after_free(Thread& t, u64 address, u32 size, u64 pc) {
  running = nullptr;
  program.detail.access_size = static_cast<u16>(size);
  if (program.recording) recorder::plain_access(t, address, size, false);
  program.bug(Kind::kUseAfterFree, &t, address, pc);
}

// A long stretch of plain work is no hang.
void beat() {
  static u32 count;
  if (LOCKSTEP_UNLIKELY((++count & 0xfffff) == 0))
    program.segment->status.events.fetch_add(1, std::memory_order_relaxed);
}

void granule(Thread& t, u64 address, u32 size, bool write, u64 pc) {
  beat();
  Cell& c = cell_of(address);
  u8 mask = static_cast<u8>(((1u << size) - 1) << (address & 7));
  u64 epoch = epoch_of(t);
  if (write) {
    if (c.write == epoch && (c.write_mask & mask) == mask && !c.read_mask && !c.more && !c.locations && !c.flags)
      return;
  } else {
    if (c.read == epoch && (c.read_mask & mask) == mask && !c.flags) return;
  }
  if (LOCKSTEP_UNLIKELY(c.flags & kFreed)) use_after_free(t, address, size, pc);
  if (LOCKSTEP_UNLIKELY(g_collect)) collect(t, c, address & ~u64{7});
  against_plain(t, c, address, size, mask, write, pc);
  if (write) {
    Thread* owner = program.owner_of_stack(address);
    if (LOCKSTEP_UNLIKELY(owner && owner != &t)) spin::written_by_other(*owner, address, size);
  }
  if (LOCKSTEP_UNLIKELY(c.locations != 0)) against_atomics(t, c, address, size, write, pc);
  remember(t, c, mask, write);
}

// Faults here, before anything is noted, if the program may not do this.
void touch(u64 address, u32 size, bool write) {
  volatile u8* first = reinterpret_cast<volatile u8*>(address);
  volatile u8* last = first + size - 1;
  u8 a = *first;
  u8 b = *last;
  if (!write) return;
  *first = a;
  *last = b;
}

// The value that the program's memory has now.
void read_memory(u64 address, u32 size, u64 value[2]) {
  value[0] = value[1] = 0;
  copy_bytes(value, reinterpret_cast<const void*>(address), size);
}

// Memory changed behind the location's back (a plain store, an overlapping location): that becomes a store which
// every later access may rely on, because it is ordered before them (else it would have been a race).
void refresh(Location& l, bool everyone) {
  Store* s = program.graph.insert_store(l, l.last);
  read_memory(l.address, l.size, s->value);
  s->sync = nullptr;
  s->clock = nullptr;
  s->sc = false;
  s->event = protocol::kNone;
  s->name = kNoStoreName - 1 - l.plain_stores++;
  s->thread = l.plain_thread;
  s->index = l.plain_index;
  if (everyone) {
    // Mixed sizes: no thread may see anything older.
    s->initial = true;
    l.first = s;
    s->previous = nullptr;
    l.history = {};
  } else {
    program.graph.note(l, l.plain_thread, l.plain_index, s, true);
  }
  l.plain_written = false;
  l.refresh = false;
}

}  // namespace

void open() { g_shared = static_cast<SharedSet*>(reserve(sizeof(SharedSet), true)); }

void reset() { g_benign = {}; }

void wipe() {
  for (Region& r : g_regions) {
    if (r.tag) raw_syscall(SYS_madvise, reinterpret_cast<i64>(r.cells), kShadowBytes, MADV_DONTNEED);
  }
}

void benign(u64 address, u64 size) {
  if (running) g_benign.push(program.graph.memory(), {address, address + size});
}

void plain(Thread& t, u64 address, u64 size, bool write, u64 pc) {
  if (write && (address < t.stack_low || address >= t.stack_high)) ++t.effects;
  if (LOCKSTEP_UNLIKELY(t.ignore_accesses)) return;
  if (LOCKSTEP_UNLIKELY(program.recording) && is_shared(address, size)) {
    recorder::plain_access(t, address, static_cast<u32>(size), write);
  }
  if (LOCKSTEP_LIKELY((address & 7) + size <= 8)) {
    granule(t, address, static_cast<u32>(size), write, pc);
    return;
  }
  while (size > 0) {
    u32 part = static_cast<u32>(8 - (address & 7));
    if (part > size) part = static_cast<u32>(size);
    granule(t, address, part, write, pc);
    address += part;
    size -= part;
  }
}

Location& atomic(Thread& t, u64 address, u32 size, bool write, u64 pc) {
  Cell& c = cell_of(address);
  for (u32 done = 0; done < size;) {
    Cell& part = cell_of(address + done);
    u32 n = 8 - static_cast<u32>((address + done) & 7);
    if (n > size - done) n = size - done;
    u8 mask = static_cast<u8>(((1u << n) - 1) << ((address + done) & 7));
    if (LOCKSTEP_UNLIKELY(part.flags & kFreed)) use_after_free(t, address, size, pc);
    if (LOCKSTEP_UNLIKELY(g_collect)) collect(t, part, (address + done) & ~u64{7});
    if ((part.write_mask | part.read_mask) & mask || part.more) {
      against_plain(t, part, address + done, n, mask, write, pc);
    }
    done += n;
  }
  touch(address, size, write);
  bool overlap = false;
  for (Location* l = first_location(c); l; l = l->next_in_granule) {
    if (l->address == address && l->size == size) {
      if (LOCKSTEP_UNLIKELY(l->plain_written || l->refresh)) {
        refresh(*l, l->refresh);
      } else if (LOCKSTEP_UNLIKELY(!equal_bytes(l->last->value, reinterpret_cast<const void*>(address), size))) {
        // Code that is not instrumented (a reference count inside libstdc++.so) has changed it.
        l->plain_thread = t.id;
        l->plain_index = t.index;
        refresh(*l, true);
      }
      return *l;
    }
    if (l->address < address + size && address < l->address + l->size) overlap = true;
  }
  u64 value[2];
  read_memory(address, size, value);
  Location* l = program.graph.make_location(address, static_cast<u8>(size), value);
  l->next_in_granule = first_location(c);
  l->overlapped = overlap;
  for (Location* o = l->next_in_granule; overlap && o; o = o->next_in_granule) {
    if (o->address < address + size && address < o->address + o->size) o->overlapped = true;
  }
  c.locations = program.graph.memory().offset_of(l);
  if (Thread* owner = program.owner_of_stack(address)) owner->on_stack.push(program.graph.memory(), l);
  if (size == 16) cell_of(address + 8).locations = c.locations;
  return *l;
}

void written(Location& location) {
  for (Location* l = program.graph.locations(); l; l = l->next) {
    if (l != &location && l->address < location.address + location.size && location.address < l->address + l->size) {
      l->refresh = true;
      ++l->version;
    }
  }
}

void freed(Thread& t, u64 address, u64 size, u64 pc, bool check) {
  for (u64 a = address & ~u64{7}; a < address + size; a += 8) {
    Cell& c = cell_of(a);
    if (check) {
      against_plain(t, c, a, 8, 0xff, true, pc);
      if (c.locations) against_atomics(t, c, a, 8, true, pc);
    }
    if (c.flags & kObject) objects::memory_freed(t, a, pc);
    c.flags = kFreed;
  }
}

void mark_object(u64 address) { cell_of(address).flags |= kObject; }

void collect_shared(bool on) { g_collect = on; }

void forget_shared() {
  for (u32 i = 0; i < kSharedSlots; ++i) g_shared->slot[i] = 0;
  g_shared->count = 0;
}

bool is_shared(u64 address, u64 size) {
  if (!g_shared || !g_shared->count) return false;
  for (u64 granule = address & ~u64{7}; granule < address + size; granule += 8) {
    u32 i = static_cast<u32>(granule * 0x9e3779b97f4a7c15 >> 48);
    for (; g_shared->slot[i]; i = (i + 1) % kSharedSlots) {
      if (g_shared->slot[i] == granule) return true;
    }
    if (granule - address > 4096) break;
  }
  return false;
}

}  // namespace lockstep::runtime::race
