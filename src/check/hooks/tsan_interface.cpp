// The rest of ThreadSanitizer's public interface (<sanitizer/tsan_interface.h>, <sanitizer/common_interface_defs.h>)
// that a program may call by itself. What asks TSan about its own reports has no answer here and does nothing.
#include "detect/race.h"
#include "hooks/hook.h"

using namespace lockstep::runtime;

namespace {

void checked_access(const void* p, u64 size, bool write, u64 pc) {
  if (Thread* t = running) race::plain(*t, address_of(p), size, write, pc);
}

}  // namespace

#define UNALIGNED(bits, type)                                               \
  LOCKSTEP_EXPORT type __sanitizer_unaligned_load##bits(const void* p) {    \
    checked_access(p, sizeof(type), false, LOCKSTEP_CALLER);                \
    type value;                                                             \
    copy_bytes(&value, p, sizeof value);                                    \
    return value;                                                           \
  }                                                                         \
  LOCKSTEP_EXPORT void __sanitizer_unaligned_store##bits(void* p, type v) { \
    checked_access(p, sizeof(type), true, LOCKSTEP_CALLER);                 \
    copy_bytes(p, &v, sizeof v);                                            \
  }
UNALIGNED(16, u16)
UNALIGNED(32, u32)
UNALIGNED(64, u64)

// Fibers of the program's own: their switches are invisible here.
LOCKSTEP_EXPORT void* __tsan_get_current_fiber() { return running; }
LOCKSTEP_EXPORT void* __tsan_create_fiber(unsigned) {
  LOCKSTEP_HOOK(nullptr);
  program.unsupported("__tsan_create_fiber: the program switches stacks by itself", pc);
}
LOCKSTEP_EXPORT void __tsan_destroy_fiber(void*) {}
LOCKSTEP_EXPORT void __tsan_switch_to_fiber(void*, unsigned) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  program.unsupported("__tsan_switch_to_fiber: the program switches stacks by itself", pc);
}
LOCKSTEP_EXPORT void __tsan_set_fiber_name(void*, const char*) {}

LOCKSTEP_EXPORT void* __tsan_external_register_tag(const char*) { return nullptr; }
LOCKSTEP_EXPORT void __tsan_external_register_header(void*, const char*) {}
LOCKSTEP_EXPORT void __tsan_external_assign_tag(void*, void*) {}
LOCKSTEP_EXPORT void __tsan_external_read(void* p, void* pc, void*) { checked_access(p, 1, false, address_of(pc)); }
LOCKSTEP_EXPORT void __tsan_external_write(void* p, void* pc, void*) { checked_access(p, 1, true, address_of(pc)); }
LOCKSTEP_EXPORT void __tsan_flush_memory() {}
LOCKSTEP_EXPORT void __tsan_check_no_mutexes_held() {}
LOCKSTEP_EXPORT void __tsan_on_thread_idle() {}
LOCKSTEP_EXPORT void __sanitizer_set_death_callback(void (*)()) {}
LOCKSTEP_EXPORT void __sanitizer_set_report_path(const char*) {}
LOCKSTEP_EXPORT void __sanitizer_set_report_fd(void*) {}
LOCKSTEP_EXPORT void __sanitizer_print_stack_trace() {}
