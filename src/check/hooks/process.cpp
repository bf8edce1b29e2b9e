#include "hooks/process.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/real.h"
#include "hooks/hook.h"
#include "program/modules.h"
#include "record/recorder.h"

namespace lockstep::runtime {

namespace process {

void needs_fork(Thread&) {
  if (!program.segment->status.forking) {
    running = nullptr;
    program.finish(Outcome::kNeedFork);
  }
}

}  // namespace process

namespace {

// The C++ runtime's own functions, found when needed: C programs have none.
const char* current_exception_name(char* text, std::size_t capacity) {
  using TypeOf = void* (*)();
  auto type_of = reinterpret_cast<TypeOf>(real_symbol("__cxa_current_exception_type"));
  if (!type_of) return nullptr;
  void* type = type_of();
  if (!type) return nullptr;
  // std::type_info: a vtable pointer, then the mangled name (which may begin with '*').
  const char* mangled = static_cast<const char**>(type)[1];
  if (*mangled == '*') ++mangled;
  using Demangle = char* (*)(const char*, char*, std::size_t*, int*);
  auto demangle = reinterpret_cast<Demangle>(real_symbol("__cxa_demangle"));
  int status = -1;
  char* readable = demangle ? demangle(mangled, nullptr, nullptr, &status) : nullptr;
  copy_text(text, capacity, status == 0 && readable ? readable : mangled);
  return text;
}

// what() of the exception that is being handled, if it is a std::exception: second entry of the virtual functions
// that follow the destructors. `catch` would need the C++ runtime; its own cast answers instead.
const char* current_exception_what() {
  auto globals = reinterpret_cast<void** (*)()>(real_symbol("__cxa_get_globals"));
  auto type_of = reinterpret_cast<void* (*)()>(real_symbol("__cxa_current_exception_type"));
  void* standard = real_symbol("_ZTISt9exception");
  if (!globals || !type_of || !standard) return nullptr;
  u8* header = static_cast<u8*>(globals()[0]);  // __cxa_eh_globals::caughtExceptions
  if (!header) return nullptr;
  // adjustedPtr, the caught object, stands right before the unwind header at the end of __cxa_exception (Itanium C++
  // ABI: exception handling, 2.2.1).
  constexpr std::size_t kAdjusted = 72;
  constexpr std::size_t kHeaderBytes = 112;
  constexpr std::size_t kClass = 80;  // exception_class, whose lowest byte is 1 in a dependent (rethrown) exception
  void* object = *reinterpret_cast<void**>(header + kAdjusted);
  if (!object) {  // no handler was found, so nobody has adjusted anything
    object = header[kClass] == 1 ? *reinterpret_cast<void**>(header) : header + kHeaderBytes;
  }
  void* type = type_of();
  // bool std::type_info::__do_catch(const type_info* thrown, void** object, unsigned outer) const is the fifth
  // virtual function (after two destructors, __is_pointer_p and __is_function_p).
  using DoCatch = bool (*)(const void* self, const void* thrown, void** object, unsigned outer);
  auto do_catch = (*static_cast<DoCatch**>(standard))[4];
  if (!object || !do_catch(standard, type, &object, 1)) return nullptr;
  using What = const char* (*)(const void*);
  return (*static_cast<What**>(object))[2](object);
}

[[noreturn]] void terminated(Thread& t, u64 pc) {
  char text[480];
  running = &t;  // the C++ runtime's thread-local state is this fiber's
  const char* name = current_exception_name(text, sizeof text - 1);
  const char* what = name ? current_exception_what() : nullptr;
  running = nullptr;
  if (name) {
    if (what) {
      append_text(text, sizeof text, ": ");
      append_text(text, sizeof text, what);
    }
    program.bug(Kind::kUncaughtException, &t, 0, pc, text);
  }
  for (u32 i = 1; i < program.thread_count(); ++i) {
    Thread& other = program.thread(i);
    if (!other.joined && !other.detached) {
      program.detail.other = other.id;
      program.bug(Kind::kThreadLeak, &t, 0, pc, "a joinable std::thread is destroyed");
    }
  }
  program.bug(Kind::kCrash, &t, 0, pc, "std::terminate was called");
}

}  // namespace
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

LOCKSTEP_EXPORT __attribute__((noreturn)) void exit(int status) {
  Thread* t = running;
  if (!t) {
    LOCKSTEP_REAL(exit)(status);
    __builtin_unreachable();
  }
  t->entry = nullptr;
  program.exit_process(*t, status, true, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT __attribute__((noreturn)) void _exit(int status) {
  Thread* t = running;
  if (!t) {
    raw_syscall(SYS_exit_group, status);
    __builtin_unreachable();
  }
  t->entry = nullptr;
  program.exit_process(*t, status, false, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT __attribute__((noreturn)) void _Exit(int status) { _exit(status); }
LOCKSTEP_EXPORT __attribute__((noreturn)) void quick_exit(int status) { _exit(status); }

LOCKSTEP_EXPORT __attribute__((noreturn)) void abort() {
  Thread* t = running;
  if (!t) {
    LOCKSTEP_REAL(abort)();
    __builtin_unreachable();
  }
  program.bug(Kind::kCrash, t, 0, LOCKSTEP_CALLER, "abort was called", 6);
}

LOCKSTEP_EXPORT __attribute__((noreturn)) void __assert_fail(const char* assertion, const char* file, unsigned line,
                                                             const char* function) {
  Thread* t = running;
  if (!t) {
    using Fail = void (*)(const char*, const char*, unsigned, const char*);
    reinterpret_cast<Fail>(real_symbol("__assert_fail"))(assertion, file, line, function);
    __builtin_unreachable();
  }
  program.bug(Kind::kAssertion, t, 0, LOCKSTEP_CALLER, assertion);
}

// std::terminate
LOCKSTEP_EXPORT __attribute__((noreturn)) void _ZSt9terminatev() {
  Thread* t = running;
  if (!t) {
    reinterpret_cast<void (*)()>(real_symbol("_ZSt9terminatev"))();
    __builtin_unreachable();
  }
  // A handler of the program's own runs first; the default one only prints and aborts.
  terminated(*t, LOCKSTEP_CALLER);
}
