#include "lockstep/sync/registry.h"

#include <execinfo.h>

#include <cstdio>
#include <cstdlib>

#include "sync/diagnostics.h"

namespace lockstep::sync::internal {

Diagnostics& Diagnostics::get() {
  static auto* const all = new Diagnostics;
  return *all;
}

std::string Diagnostics::describe(const void* lock, const char* kind) const {
  auto named = names.find(lock);
  std::string text = named != names.end() ? named->second.kind : kind ? kind : "object";
  if (named != names.end()) text += " `" + named->second.text + "`";
  char address[32];
  std::snprintf(address, sizeof address, " (%p)", lock);
  return text + address;
}

void Diagnostics::fold(const chain& entry) {
  const void* lock = entry.lock.load(std::memory_order_relaxed);
  if (!lock) return;
  Totals& t = totals[lock];
  t.kind = entry.kind.load(std::memory_order_relaxed);
  t.acquisitions += entry.acquisitions.load(std::memory_order_relaxed);
  t.waits += entry.waits.load(std::memory_order_relaxed);
  t.longest_wait = std::max(t.longest_wait, entry.longest_wait.load(std::memory_order_relaxed));
  t.longest_hold = std::max(t.longest_hold, entry.longest_hold.load(std::memory_order_relaxed));
}

std::string text_of(const stack_trace& stack) {
  std::string text;
  char** symbols = backtrace_symbols(stack.frames, stack.depth);
  for (int i = 0; symbols && i < stack.depth; ++i) text += std::string("    ") + symbols[i] + "\n";
  std::free(symbols);
  return text;
}

void register_name(const void* object, const char* kind, const char* name) {
  Diagnostics& d = Diagnostics::get();
  std::lock_guard lock(d.mutex);
  d.names[object] = {kind, name};
  known_filter::add(object);
}

std::string name_of(const void* object) {
  Diagnostics& d = Diagnostics::get();
  std::lock_guard lock(d.mutex);
  auto found = d.names.find(object);
  return found == d.names.end() ? std::string() : found->second.text;
}

void forget_known(const void* object) noexcept {
  Diagnostics& d = Diagnostics::get();
  std::lock_guard lock(d.mutex);
  d.names.erase(object);
  d.totals.erase(object);
  bool ordered = d.orders.erase(object) != 0;
  for (auto& [from, to] : d.orders) ordered |= to.erase(object) != 0;
  known_generation.fetch_add(1, std::memory_order_relaxed);
  // Another lock at this address is another lock: its orders are checked anew.
  if (ordered) order_generation.fetch_add(1, std::memory_order_relaxed);
  for (thread_record* r : d.records) {
    for (chain& entry : r->chains) {
      if (entry.lock.load(std::memory_order_relaxed) == object) entry.lock.store(nullptr, std::memory_order_relaxed);
    }
  }
}

}  // namespace lockstep::sync::internal
