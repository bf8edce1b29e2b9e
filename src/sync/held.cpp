#include "lockstep/sync/held.h"
namespace lockstep::sync::internal {
thread_record& make_thread_record() {
  auto* r = new thread_record;
  this_record = r;
  return *r;
}
void acquired_new_chain(thread_record&, chain& e, std::uint64_t key, const void* lock, const char* kind) {
  e.key = key;
  e.lock = lock;
  e.kind = kind;
}
void released_out_of_order(thread_record& r, const void* lock) noexcept {
  for (std::uint32_t i = r.depth; i-- > 0;)
    if (r.held[i].lock == lock) {
      r.depth--;
      for (; i < r.depth; ++i) r.held[i] = r.held[i + 1];
      return;
    }
}
}  // namespace lockstep::sync::internal
