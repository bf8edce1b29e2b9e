// The backends. Each throws std::system_error if it cannot be set up.
#pragma once

#include <memory>

#include "lockstep/async/internal/io.h"
#include "lockstep/async/options.h"

namespace lockstep::async::internal {

std::unique_ptr<backend> make_uring_backend();
std::unique_ptr<backend> make_epoll_backend();
std::unique_ptr<backend> make_simulated_backend();
/// As the options and LOCKSTEP_ASYNC_BACKEND say.
std::unique_ptr<backend> make_backend(backend_kind kind);

/// One attempt to do the operation without waiting: its result, or -EAGAIN.
int attempt(io_op& op) noexcept;

}  // namespace lockstep::async::internal
