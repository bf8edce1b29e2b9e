// Backends by themselves: how they begin and end.
#include "backend.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace lockstep::async::internal {
namespace {

class Backends : public on_both_backends {};

// A wake-up that came just before was answered by listening for the next one, which nobody ended: the loop hung at its
// end.
TEST_P(Backends, EndsThoughItWasJustWoken) {
  for (int waits = 0; waits < 3; ++waits) {
    std::unique_ptr<backend> b = make_backend(GetParam());
    for (int i = 0; i < waits; ++i) b->wait(0);
    b->wake();
    b.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Backends, ::testing::Values(backend_kind::io_uring, backend_kind::epoll),
                         backend_name);

}  // namespace
}  // namespace lockstep::async::internal
