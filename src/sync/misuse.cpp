#include "lockstep/sync/misuse.h"

#include <execinfo.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "lockstep/sync/registry.h"

namespace lockstep::sync {
namespace {

std::atomic<misuse_handler> misuse_handler_in_use = nullptr;

void print(const misuse& m) {
  constexpr int kMostFrames = 64;
  void* frames[kMostFrames];
  int n = backtrace(frames, kMostFrames);
  std::string text = m.message + "\nstack (addr2line or a debugger gives the lines):\n";
  // One write, so that threads that fail together do not mix their lines.
  static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
  backtrace_symbols_fd(frames, n, STDERR_FILENO);
}

}  // namespace

misuse_handler set_misuse_handler(misuse_handler handler) noexcept {
  return misuse_handler_in_use.exchange(handler, std::memory_order_acq_rel);
}

namespace internal {

void report_misuse(const void* object, const char* kind, const std::string& what) {
  misuse m{object, kind, name_of(object), {}};
  char address[32];
  std::snprintf(address, sizeof address, "(%p)", object);
  m.message = "lockstep::sync: " + std::string(kind);
  if (!m.name.empty()) m.message += " `" + m.name + "`";
  m.message += " " + std::string(address) + ": " + what;
  if (misuse_handler handler = misuse_handler_in_use.load(std::memory_order_acquire))
    handler(m);
  else
    print(m);
  std::abort();
}

}  // namespace internal
}  // namespace lockstep::sync
