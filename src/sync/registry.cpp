#include "lockstep/sync/registry.h"

#include <mutex>
#include <unordered_map>

namespace lockstep::sync::internal {
namespace {

struct Entry {
  const char* kind;
  std::string name;
};

struct Registry {
  std::mutex mutex;
  std::unordered_map<const void*, Entry> entries;
};

// Never destroyed: primitives with static storage end after it would.
Registry& registry() {
  static auto* const all = new Registry;
  return *all;
}

}  // namespace

void register_name(const void* object, const char* kind, const char* name) {
  std::lock_guard lock(registry().mutex);
  registry().entries[object] = {kind, name};
  known_filter::add(object);
}

std::string name_of(const void* object) {
  std::lock_guard lock(registry().mutex);
  auto found = registry().entries.find(object);
  return found == registry().entries.end() ? std::string() : found->second.name;
}

void forget_known(const void* object) noexcept {
  std::lock_guard lock(registry().mutex);
  registry().entries.erase(object);
}

}  // namespace lockstep::sync::internal
