#include "lockstep/sync/held.h"

#include <execinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "lockstep/sync/lock_order.h"
#include "lockstep/sync/registry.h"
#include "sync/diagnostics.h"

namespace lockstep::sync {
namespace {

std::atomic<lock_order_handler> handler_in_use = nullptr;

}  // namespace

lock_order_handler set_lock_order_handler(lock_order_handler handler) noexcept {
  return handler_in_use.exchange(handler, std::memory_order_acq_rel);
}

namespace internal {
namespace {

// Gives the pending count of held[1] to its chain, or to the table if the chain has lost its place. Returns it.
std::uint64_t count_outer(thread_record& r) {
  std::uint64_t outer = r.outer.load(std::memory_order_relaxed);
  std::uint64_t n = outer / thread_record::kOnce;
  r.outer.store(outer & thread_record::kDepth, std::memory_order_relaxed);
  if (n == 0) return n;
  std::uint64_t key = r.held[1].key.load(std::memory_order_relaxed);
  chain& entry = r.chain_of(key);
  if (entry.key.load(std::memory_order_relaxed) == key) {
    add(entry.acquisitions, n);
    return n;
  }
  const void* lock = r.held[1].lock.load(std::memory_order_relaxed);
  if (!known_filter::may_have(lock)) return n;
  Diagnostics& d = Diagnostics::get();
  std::lock_guard guard(d.mutex);
  auto found = d.totals.find(lock);
  if (found != d.totals.end()) found->second.acquisitions += n;
  return n;
}

void end_record(thread_record* r) {
  count_outer(*r);
  Diagnostics& d = Diagnostics::get();
  std::lock_guard lock(d.mutex);
  for (const chain& entry : r->chains) {
    const void* of = entry.lock.load(std::memory_order_relaxed);
    if (!of) continue;
    d.fold(entry);
    known_filter::add(of);
  }
  d.records.erase(std::remove(d.records.begin(), d.records.end(), r), d.records.end());
}

// Its destructor gives the record back when the thread ends. Thread-local destructors that run later get a new record,
// which is given back by the same means if this one is made again, and stays otherwise.
struct Reaper {
  thread_record* record = nullptr;
  ~Reaper() {
    if (!record) return;
    this_record = nullptr;
    end_record(record);
    delete record;
  }
};
thread_local Reaper reaper;

// A way from one lock to another along the orders seen: the locks on it, both ends included; empty if there is none.
std::vector<const void*> way(const Diagnostics& d, const void* from, const void* to) {
  std::vector<const void*> path;
  std::set<const void*> seen;
  auto search = [&](auto& self, const void* at) -> bool {
    path.push_back(at);
    if (at == to) return true;
    if (seen.insert(at).second) {
      auto next = d.orders.find(at);
      if (next != d.orders.end()) {
        for (const auto& [lock, order] : next->second) {
          if (self(self, lock)) return true;
        }
      }
    }
    path.pop_back();
    return false;
  };
  search(search, from);
  return path;
}

std::string story(const Diagnostics& d, const void* held, const void* acquired, const Order& now,
                  const std::vector<const void*>& path, const char* kind) {
  std::string text = "lockstep::sync: locks are taken in both orders, which can deadlock\n";
  text += "now " + d.describe(acquired, kind) + " is taken while " + d.describe(held, kind) + " is held\n";
  text += "  the first was taken at\n" + text_of(now.held) + "  the second at\n" + text_of(now.acquired);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const Order& before = d.orders.at(path[i]).at(path[i + 1]);
    text +=
        "before, " + d.describe(path[i + 1], kind) + " was taken while " + d.describe(path[i], kind) + " was held\n";
    text += "  the first was taken at\n" + text_of(before.held) + "  the second at\n" + text_of(before.acquired);
  }
  return text;
}

}  // namespace

void stack_trace::capture() noexcept { depth = backtrace(frames, kMostFrames); }

namespace {
thread_record& make_thread_record() {
  auto* r = new thread_record;
  r->thread = thread_number();
  Diagnostics& d = Diagnostics::get();
  std::lock_guard lock(d.mutex);
  d.records.push_back(r);
  reaper.record = r;
  this_record = r;
  return *r;
}
}  // namespace

namespace {

std::uint64_t next_key(std::uint64_t key, const void* lock) noexcept {
  std::uint64_t generation = order_generation.load(std::memory_order_relaxed);
  return (key + generation + reinterpret_cast<std::uintptr_t>(lock)) * 0x9e3779b97f4a7c15u;
}

// The chain is not in the cache: checks the order, makes an entry.
void acquired_new_chain(thread_record& r, chain& entry, std::uint64_t key, const void* lock, const char* kind) {
  stack_trace here;
  here.capture();
  std::uint32_t depth = r.depth();
  const void* before = entry.lock.load(std::memory_order_relaxed);
  bool contended = entry.waits.load(std::memory_order_relaxed) != 0;
  std::vector<lock_order_violation> found;
  if (depth != 0 || (before && (contended || known_filter::may_have(before)))) {
    Diagnostics& d = Diagnostics::get();
    std::lock_guard guard(d.mutex);
    if (before && (contended || known_filter::may_have(before))) {
      d.fold(entry);
      known_filter::add(before);
    }
    for (std::uint32_t i = 1; i <= depth; ++i) {
      const void* held = r.held[i].lock.load(std::memory_order_relaxed);
      if (held == lock) continue;
      auto [order, added] = d.orders[held].try_emplace(lock);
      if (!added) continue;
      const chain& taken = r.chain_of(r.held[i].key.load(std::memory_order_relaxed));
      // The place may have gone to another chain meanwhile; then nobody knows.
      bool known = taken.lock.load(std::memory_order_relaxed) == held;
      order->second = {known ? taken.stack : stack_trace{}, here};
      known_filter::add(held);
      known_filter::add(lock);
      std::vector<const void*> path = way(d, lock, held);
      if (!path.empty()) found.push_back({held, lock, story(d, held, lock, order->second, path, kind)});
    }
  }
  {
    std::lock_guard guard(r.mutex);
    entry.key.store(key, std::memory_order_relaxed);
    entry.lock.store(lock, std::memory_order_relaxed);
    entry.kind.store(kind, std::memory_order_relaxed);
    for (counter_word* n : {&entry.acquisitions, &entry.waits, &entry.longest_wait, &entry.longest_hold})
      n->store(0, std::memory_order_relaxed);
    entry.stack = here;
  }
  for (const lock_order_violation& violation : found) {
    if (lock_order_handler handler = handler_in_use.load(std::memory_order_acquire))
      handler(violation);
    else
      static_cast<void>(!write(STDERR_FILENO, violation.message.data(), violation.message.size()));
  }
}

// held[depth] is released and was timed.
void end_of_timed_hold(thread_record& r, std::uint32_t depth) noexcept {
  r.timed &= ~(std::uint64_t(1) << depth);
  chain& entry = r.chain_of(r.held[depth].key.load(std::memory_order_relaxed));
  // The place may have gone to another chain meanwhile.
  if (entry.lock.load(std::memory_order_relaxed) == r.held[depth].lock.load(std::memory_order_relaxed))
    raise(entry.longest_hold, static_cast<std::uint64_t>(nanoseconds_now() - r.since[depth]));
}

void released_out_of_order(thread_record& r, const void* lock) noexcept {
  std::uint32_t depth = r.depth();
  std::uint32_t i = depth;
  while (i != 0 && r.held[i].lock.load(std::memory_order_relaxed) != lock) --i;
  if (i == 0) {
    if (r.not_followed != 0) --r.not_followed;
    return;
  }
  if (r.timed >> i & 1) end_of_timed_hold(r, i);
  // The chain without it has other hashes: those above it are hashed anew, and their holds are not timed any more.
  r.timed &= (std::uint64_t(1) << i) - 1;
  for (; i < depth; ++i) {
    const void* above = r.held[i + 1].lock.load(std::memory_order_relaxed);
    r.held[i].lock.store(above, std::memory_order_relaxed);
    r.held[i].key.store(next_key(r.held[i - 1].key.load(std::memory_order_relaxed), above), std::memory_order_relaxed);
  }
  r.set_depth(depth - 1);
}

}  // namespace

void acquired_generally(const void* lock, const char* kind, std::int64_t waited_since) {
  thread_record& r = this_record ? *this_record : make_thread_record();
  std::uint32_t depth = r.depth();
  if (depth == thread_record::kMostHeld) {
    ++r.not_followed;
    return;
  }
  bool sample = false;
  if (depth == 0) {
    sample = count_outer(r) >= 255;
    r.outer_generation = known_generation.load(std::memory_order_relaxed);
  }
  std::uint64_t key = next_key(r.held[depth].key.load(std::memory_order_relaxed), lock);
  chain& entry = r.chain_of(key);
  // A chain without its lock is that of one that has ended.
  if (entry.key.load(std::memory_order_relaxed) != key || !entry.lock.load(std::memory_order_relaxed))
    acquired_new_chain(r, entry, key, lock, kind);
  std::uint64_t n = entry.acquisitions.load(std::memory_order_relaxed);
  entry.acquisitions.store(n + 1, std::memory_order_relaxed);
  ++depth;
  if (waited_since != 0 || n % 256 == 0 || sample) {
    r.since[depth] = nanoseconds_now();
    r.timed |= std::uint64_t(1) << depth;
    if (waited_since != 0) {
      add(entry.waits, 1);
      raise(entry.longest_wait, static_cast<std::uint64_t>(r.since[depth] - waited_since));
      r.waited_until = r.since[depth];
    }
  }
  r.held[depth].lock.store(lock, std::memory_order_relaxed);
  r.held[depth].key.store(key, std::memory_order_relaxed);
  r.set_depth(depth);
}

void released_generally(const void* lock) noexcept {
  thread_record* r = this_record;
  if (!r) return;
  std::uint32_t depth = r->depth();
  if (depth == 0 || r->held[depth].lock.load(std::memory_order_relaxed) != lock) return released_out_of_order(*r, lock);
  if (r->timed >> depth != 0) end_of_timed_hold(*r, depth);
  r->set_depth(depth - 1);
}

bool locks_often(std::int64_t now) noexcept {
  const thread_record* r = this_record;
  if (!r) return false;
  std::uint64_t outer = r->outer.load(std::memory_order_relaxed);
  auto times = static_cast<std::int64_t>(1 + outer / thread_record::kOnce);
  return (outer & thread_record::kDepth) == 0 && now - r->waited_until < 150 * times;
}

}  // namespace internal
}  // namespace lockstep::sync
