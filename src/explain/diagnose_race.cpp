#include <algorithm>
#include <regex>

#include "explain/diagnosis.h"
#include "explain/lock_source.h"
#include "explain/source.h"
#include "explain/would_reach.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

// The thread's last access of `size` bytes there, or of a part of them.
Index access_of(const History& h, std::uint16_t thread, std::uint64_t addr, std::uint64_t size) {
  return h.last(thread, h.size(), [&](const trace::Event& e) {
    if (!trace::is_read(e.op) && !trace::is_write(e.op)) return false;
    return e.addr < addr + std::max<std::uint64_t>(size, 1) && addr < e.addr + std::max<std::uint64_t>(e.size, 1);
  });
}

// The line of the event makes a new object and puts its address into a pointer.
bool makes_object(const History& h, Index i, names::Namer& namer) {
  static const std::regex kMakes(R"(=\s*(?:new\b|(?:std::)?make_unique\b|(?:std::)?make_shared\b|.*\b[mc]alloc\())");
  const auto at = namer.place(h.at(i).stack);
  Source source(h.execution().program.path);
  return h.at(i).size == 8 && !at.library && std::regex_search(source.line(at.full_path, at.line), kMakes);
}

// The line changes something in place: `++x`, `x += n`.
bool is_compound(const trace::Event& e, names::Namer& namer, const History& h) {
  static const std::regex kCompound(R"(\+\+|--|[-+*/|&^]=[^=])");
  const auto at = namer.place(e.stack);
  Source source(h.execution().program.path);
  return !at.library && std::regex_search(source.line(at.full_path, at.line), kCompound);
}

// A line that reads the object may go on to write it.
bool may_update(const History& h, Index i, names::Namer& namer) {
  const trace::Event& e = h.at(i);
  const auto at = namer.place(e.stack);
  if (at.library || is_compound(e, namer, h)) return true;
  std::string name = namer.object(e.addr, i);
  if (name.ends_with(']')) name.resize(name.rfind('['));
  name = last_name(name);
  if (name.empty()) return false;
  const std::regex changes(
      R"(\b)" + name +
      R"((?:\[[^\]]*\])?\s*(?:=[^=]|(?:\.|->)(?:push_back|push_front|emplace\w*|insert\w*|erase|pop\w*|push|clear|resize|append|assign)\s*\())");
  Source source(h.execution().program.path);
  return std::regex_search(source.line(at.full_path, at.line), changes);
}

Index started(const History& h, std::uint16_t thread) {
  const Index made = h.execution().threads[thread].create_event;
  return made == kNone ? 0 : made;
}

bool same_line(names::Namer& namer, const trace::Event& a, const trace::Event& b) {
  const auto x = namer.place(a.stack), y = namer.place(b.stack);
  return x.line != 0 && x.line == y.line && x.full_path == y.full_path;
}

// The read at `read` is a check without the lock, of what the writer checked twice: before and after it took a lock
// that it held while it wrote.
bool double_checks(const History& h, Index read, names::Namer& namer) {
  const Index store = h.at(read).reads_from;
  const std::uint16_t writer = h.at(store).thread;
  const auto locks = h.held_during(store);
  if (locks.empty() || !h.held_during(read).empty()) return false;
  const auto function = namer.place(h.at(store).stack).function;
  if (function.empty() || function != namer.place(h.at(read).stack).function) return false;
  const auto checked = [&](Index from, Index to) {
    for (const Index i : h.accesses(h.at(store).addr)) {
      if (i >= from && i < to && h.at(i).thread == writer && trace::is_read(h.at(i).op)) return true;
    }
    return false;
  };
  return checked(0, locks.back().acquired) && checked(locks.back().acquired, store);
}

// Whether the access is a container's, of memory that it gives back.
bool frees(const trace::Event& e, names::Namer& namer) {
  bool destroyed = false;
  return trace::is_write(e.op) && by_container(e.stack, namer, &destroyed) && !destroyed &&
         frees_memory(e.stack, namer);
}

}  // namespace

Diagnosis diagnose_race(const History& h, const trace::Bug& bug, names::Namer& namer) {
  Diagnosis d;
  d.objects = {bug.addr};
  d.second = bug.event != kNone ? bug.event : access_of(h, bug.thread, bug.addr, bug.access_size);
  d.first = bug.other_event != kNone ? bug.other_event : access_of(h, bug.other, bug.addr, bug.access_size);
  if (d.first == kNone || d.second == kNone) return d;
  if (d.first > d.second) std::swap(d.first, d.second);
  const trace::Event& a = h.at(d.first);
  const trace::Event& b = h.at(d.second);
  // Accesses of different sizes overlap; the common address is the bug's.
  std::uint64_t object = bug.addr != 0 ? bug.addr : b.addr;
  d.objects = {object};

  // A read of `b`'s thread, between the two, from an atomic store that `a`'s thread made after its access: they did
  // communicate, only without order.
  for (Index i = d.first + 1; i < d.second; ++i) {
    const trace::Event& read = h.at(i);
    if (read.thread != b.thread || !trace::is_read(read.op) || read.op == Op::kPlainRead) continue;
    if (read.reads_from == kNone || read.reads_from < d.first || h.at(read.reads_from).thread != a.thread) continue;
    const trace::Event& store = h.at(read.reads_from);
    d.pattern = "unsafe-publication";
    d.turn = i;
    d.objects.push_back(store.addr);
    if (double_checks(h, i, namer)) {
      d.pattern = "double-checked-locking";
      d.objects = {store.addr, object};
    }
    return d;
  }
  // Or by way of a third thread.
  std::vector<Index> crossings;
  if (would_reach(h, d.first, d.second, &crossings) && crossings.size() > 2) {
    const Index read = crossings.back();
    if (h.at(read).thread == b.thread && !namer.internal(h.at(read).addr, read)) {
      d.pattern = "unsafe-publication";
      d.turn = read;
      d.objects.push_back(h.at(read).addr);
      return d;
    }
  }
  // What a container frees or moves while somebody else is at an element of it.
  if (const trace::HeapBlock* block = namer.block(object)) {
    bool destroyed = false;
    const bool elements = by_container(block->alloc_stack, namer, &destroyed);
    const bool a_moves = frees(a, namer), b_moves = frees(b, namer);
    if (elements && a_moves != b_moves) {
      d.pattern = "iterator-invalidation";
      return d;
    }
  }
  // One of them reads, changes and writes: `x++`, or a load and a store of one variable. The neighbouring access of
  // the same thread tells.
  const auto updates = [&](Index i) {
    const trace::Event& e = h.at(i);
    if (e.op == Op::kPlainWrite) {
      if (is_compound(e, namer, h)) return true;  // Clang tells of the write alone
      const Index before = h.last(e.thread, i, [&](const trace::Event& x) { return x.addr == e.addr; });
      return before != kNone && h.at(before).op == Op::kPlainRead && same_line(namer, h.at(before), e);
    }
    if (e.op == Op::kPlainRead) {
      for (Index k = i + 1; k < h.size(); ++k) {
        if (h.at(k).thread == e.thread && h.at(k).addr == e.addr) {
          return h.at(k).op == Op::kPlainWrite && same_line(namer, h.at(k), e);
        }
      }
    }
    return false;
  };
  const bool a_writes = trace::is_write(a.op), b_writes = trace::is_write(b.op);
  if (updates(d.first) || updates(d.second)) {
    // The other one updates too, perhaps: it is at the same place, or it is caught between its read and its write.
    const bool caught = a_writes && trace::is_read(b.op) && !trace::is_write(b.op) && may_update(h, d.second, namer);
    const bool both =
        (updates(d.first) && updates(d.second)) || same_line(namer, a, b) || (a_writes && b_writes) || caught;
    if (both) {
      const Index write = b_writes ? d.second : d.first;
      d.pattern = makes_object(h, write, namer) ? "lazy-init" : "read-modify-write";
      return d;
    }
  }
  if (a_writes && b_writes && same_line(namer, a, b)) return d;
  // One under a lock, the other without: the check of a double-checked lock.
  const Index reader = a_writes ? d.second : d.first;
  const Index writer = a_writes ? d.first : d.second;
  if (!trace::is_write(h.at(reader).op) && !h.held_during(writer).empty() && h.held_during(reader).empty()) {
    const auto read_place = namer.place(h.at(reader).stack), write_place = namer.place(h.at(writer).stack);
    if (!read_place.function.empty() && read_place.function == write_place.function) {
      d.pattern = "double-checked-locking";
      return d;
    }
  }
  // A check and an act on one variable in one function, without any lock.
  if (!trace::is_write(h.at(reader).op) && h.at(reader).addr == h.at(writer).addr) {
    const auto read_place = namer.place(h.at(reader).stack), write_place = namer.place(h.at(writer).stack);
    const Index checked = h.last(h.at(writer).thread, writer, [&](const trace::Event& e) {
      return e.addr == h.at(writer).addr && trace::is_read(e.op);
    });
    if (checked != kNone && read_place.function == write_place.function && !read_place.function.empty()) {
      const auto v = h.value(writer);
      d.pattern = (v && namer.block(*v)) || makes_object(h, writer, namer) ? "lazy-init" : "check-then-act";
      return d;
    }
  }
  if (namer.block(object) && namer.block(object)->alloc_thread == h.at(writer).thread && a_writes &&
      h.at(reader).thread != h.at(writer).thread && namer.block(object)->alloc_event <= writer) {
    d.pattern = "unsafe-publication";
    return d;
  }
  // Only a sleep stands between.
  if (const Index slept = sleeps_before(h, d.second, namer); slept != kNone && slept > started(h, a.thread)) {
    d.pattern = "sleep-polling";
    d.turn = slept;
  }
  return d;
}

}  // namespace lockstep::explain
