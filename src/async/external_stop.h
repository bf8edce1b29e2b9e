// The stop token given to run(): a stop requested by any thread cancels the root of the loop.
#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include "lockstep/async/internal/loop.h"

namespace lockstep::async::internal {

class external_stop final : private remote_node {
 public:
  external_stop(loop& l, std::stop_token token) noexcept : loop_(l), token_(std::move(token)) {}
  /// The callback may be called within.
  void begin() { callback_.emplace(token_, request{this}); }

 private:
  struct request {
    external_stop* self;
    void operator()() const noexcept { self->loop_.post(*self); }
  };
  void arrived() noexcept override { loop_.root().cancel(); }

  loop& loop_;
  std::stop_token token_;
  // Destroyed first: from then on nobody calls.
  std::optional<std::stop_callback<request>> callback_;
};

}  // namespace lockstep::async::internal
