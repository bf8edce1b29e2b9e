// What happens when a primitive is used against its rules: unlocked by a thread that does not hold it, locked twice by
// one thread, destroyed while held or waited on, released too often, used after close, taken in an order that can
// deadlock.
//
// The rule is checked in every build, release too; the end is a message with the kind and name of the primitive, what
// was done, who holds it, and the stack, then std::abort. Nothing goes on in a state that nobody understands.
//
//     lockstep::sync: mutex `accounts` (0x7ffd…): unlocked by thread 17, which does not hold it (held by thread 12)
//
// A program that wants to log it elsewhere sets a handler. If the handler returns, the program is aborted. It may throw
// (tests do): then the call that was wrong has had no effect. From a destructor an exception ends in std::terminate.
// Thread safety: everything may be called by any thread.
#pragma once

#include <string>

namespace lockstep::sync {

struct misuse {
  const void* object;   ///< the primitive
  const char* kind;     ///< "mutex", "semaphore", …
  std::string name;     ///< as given to the primitive; empty if it has none
  std::string message;  ///< the whole message, without the stack
};

using misuse_handler = void (*)(const misuse&);

/// Replaces the handler; nullptr sets the default, which writes message and stack to standard error. Returns the last
/// one.
misuse_handler set_misuse_handler(misuse_handler handler) noexcept;

namespace internal {
/// Reports and does not return (but may throw, see above). `what` goes on after "mutex `name` (0x…): ".
[[noreturn]] void report_misuse(const void* object, const char* kind, const std::string& what);
}  // namespace internal

}  // namespace lockstep::sync
