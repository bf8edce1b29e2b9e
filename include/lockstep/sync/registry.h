// Names of primitives. Internal; a primitive's `name` constructor and `set_name` come here.
//
// A primitive has no room for a name (a mutex is four bytes), so the name stands in a table by address. Most primitives
// have no entry: a filter of 4,096 flags tells their destructors so with one load. Thread safety: everything may be
// called by any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

/// Flags that are set where something about a primitive may be known; never cleared.
class known_filter {
 public:
  static bool may_have(const void* object) noexcept { return place(object).load(std::memory_order_relaxed); }
  static void add(const void* object) noexcept { place(object).store(true, std::memory_order_relaxed); }

 private:
  static std::atomic<bool>& place(const void* object) noexcept {
    return flags_[(reinterpret_cast<std::uintptr_t>(object) * 0x9e3779b97f4a7c15u) >> 52];
  }
  constinit static inline std::atomic<bool> flags_[4096] = {};
};

void register_name(const void* object, const char* kind, const char* name);
std::string name_of(const void* object);
/// Forgets all about an object that ends.
void forget_known(const void* object) noexcept;

/// For constructors and set_name. Under the checker its reports get the name, nothing else needs it.
inline void name_object(const void* object, const char* kind, const char* name) {
  if (under_checker())
    tell_name(object, name);
  else
    register_name(object, kind, name);
}
/// For destructors.
inline void forget(const void* object) noexcept {
  if (known_filter::may_have(object)) [[unlikely]]
    forget_known(object);
}

}  // namespace lockstep::sync::internal
