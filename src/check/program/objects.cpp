#include "program/objects.h"

#include "detect/race.h"
#include "explore/plan.h"
#include "program/program.h"

namespace lockstep::runtime::objects {
namespace {

constexpr u32 kSlots = 1u << 16;
struct Slot {
  u32 execution;
  u64 address;
  Object* object;  // null: dropped
};
Slot* g_slots = nullptr;
u32 g_used = 0;
Object* g_all = nullptr;

Slot& slot_of(u64 address) {
  u32 i = static_cast<u32>(address * 0x9e3779b97f4a7c15 >> 48);
  for (;; i = (i + 1) % kSlots) {
    Slot& s = g_slots[i];
    if (s.execution != program.execution() || s.address == address) return s;
  }
}

}  // namespace

void reset() {
  if (!g_slots) g_slots = static_cast<Slot*>(reserve(kSlots * sizeof(Slot)));
  g_used = 0;
  g_all = nullptr;
}

void wipe() { fill_bytes(g_slots, 0, kSlots * sizeof(Slot)); }

Object* find(u64 address, ObjectKind kind) {
  Slot& s = slot_of(address);
  if (s.execution != program.execution() || !s.object || s.object->kind != kind) return nullptr;
  return s.object;
}

Object& get(u64 address, ObjectKind kind) {
  Slot& s = slot_of(address);
  if (s.execution == program.execution() && s.object && s.object->kind == kind) return *s.object;
  // Faults if the program has named memory that is not there, as the real operation would.
  if (address >> 47 == 0 && kind != ObjectKind::kFutex) static_cast<void>(*reinterpret_cast<volatile u8*>(address));
  if (s.execution != program.execution() && ++g_used > kSlots / 2) program.unsupported("more than 32768 locks", 0);
  Object* o = program.graph.memory().make<Object>();
  fill_bytes(o, 0, sizeof *o);
  o->address = address;
  o->kind = kind;
  o->acquired = protocol::kNone;
  o->last_change = kNoName;
  o->next = g_all;
  g_all = o;
  s = {program.execution(), address, o};
  if (address >> 47 == 0) race::mark_object(address);
  return *o;
}

void drop(Object& object) {
  Slot& s = slot_of(object.address);
  if (s.execution == program.execution() && s.object == &object) s.object = nullptr;
  object.address = 0;
}

void memory_freed(Thread& t, u64 granule, u64 pc) {
  for (u64 a = granule; a < granule + 8; a += 4) {
    Slot& s = slot_of(a);
    if (s.execution != program.execution() || !s.object) continue;
    Object& o = *s.object;
    bool held = (o.kind == ObjectKind::kMutex || o.kind == ObjectKind::kRwLock) && (o.owner || o.readers.size);
    if (held) program.bug(Kind::kLockMisuse, &t, a, pc, "memory of a held lock is freed");
    drop(o);
  }
}

Object* all() { return g_all; }

}  // namespace lockstep::runtime::objects
