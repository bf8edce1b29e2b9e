#include "lockstep/sync/thread.h"

#include <pthread.h>

namespace lockstep::sync::internal {

std::uint32_t learn_thread_number() noexcept {
  // The child of a fork is another thread than the one it is a copy of.
  static const int registered = pthread_atfork(nullptr, nullptr, [] { this_thread_number = 0; });
  static_cast<void>(registered);
  this_thread_number = kernel_thread_id();
  return this_thread_number;
}

}  // namespace lockstep::sync::internal
