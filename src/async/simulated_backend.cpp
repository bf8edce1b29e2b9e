// No kernel: sockets in memory, and a place to sleep until another thread wakes the loop. `lockstep check` knows mutexes
// and condition variables, so a program whose loop uses this can be explored.
//
// Each wait() completes one operation: the one that has waited longest, or, in a program that `lockstep check` explores,
// any that can be completed, each in turn. So it sees every order in which the network may deliver what is under way,
// relative to what the tasks do. No operation is over before the loop comes round: each is a place where others may run.
#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "backend.h"
#include "lockstep/check.h"
#include "simulated_network.h"

namespace lockstep::async::internal {

namespace {

class simulated_backend final : public backend {
 public:
  const char* name() const noexcept override { return "simulated"; }
  bool nonblocking() const noexcept override { return false; }
  bool does_files() const noexcept override { return false; }
  simulated_network* network() noexcept override { return &network_; }

  bool start(io_op& op) noexcept override {
    auto same = [&op](const io_op* other) { return other->fd == op.fd && is_write(*other) == is_write(op); };
    if (std::any_of(operations_.begin(), operations_.end(), same)) {
      op.result = -EBUSY;
      return false;
    }
    operations_.push_back(&op);
    return true;
  }
  void cancel(io_op& op) noexcept override {
    std::erase(operations_, &op);
    op.complete(-ECANCELED);
  }
  void close(int fd, io_state* state) noexcept override {
    delete state;
    std::vector<io_op*> of_it;
    std::copy_if(operations_.begin(), operations_.end(), std::back_inserter(of_it),
                 [fd](const io_op* op) { return op->fd == fd; });
    for (io_op* op : of_it) {
      std::erase(operations_, op);
      op->complete(-EBADF);
    }
    if (fd < simulated_network::kFirst) {
      ::close(fd);
    } else {
      network_.close(fd);
    }
  }
  void wait(std::int64_t nanoseconds) override {
    if (complete_one()) return;
    std::unique_lock lock(mutex_);
    auto is_woken = [this] { return woken_; };
    if (nanoseconds < 0) {
      condition_.wait(lock, is_woken);
    } else if (nanoseconds > 0) {
      condition_.wait_for(lock, std::chrono::nanoseconds(nanoseconds), is_woken);
    }
    woken_ = false;
  }
  bool looks_busy() const noexcept override { return pending() != 0; }
  /// Only those that can be completed: nobody outside will ever do something for the others.
  std::size_t pending() const noexcept override {
    return static_cast<std::size_t>(std::count_if(operations_.begin(), operations_.end(),
                                                  [this](const io_op* op) { return network_.possible(*op); }));
  }
  // Not async-signal-safe; signals and simulations do not meet.
  void wake() noexcept override {
    std::scoped_lock lock(mutex_);
    woken_ = true;
    condition_.notify_one();
  }

 private:
  static bool is_write(const io_op& op) noexcept {
    return op.kind == io_kind::write || op.kind == io_kind::send_all || op.kind == io_kind::send_message ||
           op.kind == io_kind::connect;
  }
  bool complete_one() {
    for (;;) {
      std::vector<io_op*> possible;
      std::copy_if(operations_.begin(), operations_.end(), std::back_inserter(possible),
                   [this](const io_op* op) { return network_.possible(*op); });
      if (possible.empty()) return false;
      int which = possible.size() == 1 ? 0 : lockstep_choose(static_cast<int>(possible.size()));
      io_op* op = possible[static_cast<std::size_t>(which)];
      int result = network_.attempt(*op);
      if (result == -EAGAIN) continue;  // a part of a write
      std::erase(operations_, op);
      op->complete(result);
      return true;
    }
  }

  simulated_network network_;
  std::vector<io_op*> operations_;  // in the order in which they were started
  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
};

}  // namespace

std::unique_ptr<backend> make_simulated_backend() { return std::make_unique<simulated_backend>(); }

}  // namespace lockstep::async::internal
