// No kernel: nothing but a place to sleep until another thread wakes the loop. `lockstep check` knows mutexes and
// condition variables, so a program whose loop uses this can be explored.
#include <errno.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "backend.h"

namespace lockstep::async::internal {

namespace {

class simulated_backend final : public backend {
 public:
  const char* name() const noexcept override { return "simulated"; }
  bool nonblocking() const noexcept override { return true; }
  bool does_files() const noexcept override { return false; }
  bool start(io_op& op) noexcept override {
    op.result = -EOPNOTSUPP;
    return false;
  }
  void cancel(io_op&) noexcept override {}
  void close(int fd, io_state* state) noexcept override {
    delete state;
    ::close(fd);
  }
  void wait(std::int64_t nanoseconds) override {
    std::unique_lock lock(mutex_);
    auto is_woken = [this] { return woken_; };
    if (nanoseconds < 0) {
      condition_.wait(lock, is_woken);
    } else if (nanoseconds > 0) {
      condition_.wait_for(lock, std::chrono::nanoseconds(nanoseconds), is_woken);
    }
    woken_ = false;
  }
  bool looks_busy() const noexcept override { return false; }
  std::size_t pending() const noexcept override { return 0; }
  // Not async-signal-safe; signals and simulations do not meet.
  void wake() noexcept override {
    std::scoped_lock lock(mutex_);
    woken_ = true;
    condition_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
};

}  // namespace

std::unique_ptr<backend> make_simulated_backend() { return std::make_unique<simulated_backend>(); }

}  // namespace lockstep::async::internal
