// One operation on a descriptor, and the one interface behind which io_uring and epoll do it. Internal.
//
// | kind       | data, size                       | result                                                            |
// |------------|----------------------------------|-------------------------------------------------------------------|
// | read       | buffer; offset -1: no position   | bytes; 0: end                                                     |
// | write      | buffer; offset -1: no position   | bytes                                                             |
// | receive    | buffer, of a stream socket       | bytes; 0: end                                                     |
// | send_all   | buffer, to a stream socket       | size: all was sent                                                |
// | receive_message, send_message | msghdr        | bytes                                                             |
// | accept     | none                             | the new descriptor                                                |
// | connect    | sockaddr                         | 0                                                                 |
// | readable   | none                             | 0: there is something to read                                     |
// | open       | path; offset: flags, size: mode  | the new descriptor (io_uring)                                     |
// | sync       | none                             | 0 (io_uring)                                                      |
//
// Errors are negative numbers of errno; -ECANCELED after cancel(). Invariants: an operation lies in the frame of the
// coroutine that waits for it, and the frame stays until the kernel is done with it. A cancelled operation that had
// completed before gives its result: nothing is lost. One read and one write at a time wait for a descriptor (EBUSY).
#pragma once

#include <cerrno>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"

namespace lockstep::async::internal {

enum class io_kind : std::uint8_t {
  read,
  write,
  receive,
  send_all,
  receive_message,
  send_message,
  accept,
  connect,
  readable,
  open,
  sync,
};

/// What a backend keeps for a descriptor from one operation to the next (io_uring: what has been received).
class io_state {
 public:
  virtual ~io_state() = default;
};

/// Owns a descriptor. Closed through the backend of the thread's loop, if there is one.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(descriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), state_(std::exchange(other.state_, nullptr)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(state_, other.state_);
    return *this;
  }
  ~descriptor() { close(); }

  void close() noexcept;
  int fd() const noexcept { return fd_; }
  bool open() const noexcept { return fd_ >= 0; }
  io_state*& state() noexcept { return state_; }

 private:
  int fd_ = -1;
  io_state* state_ = nullptr;
};

class io_op : public wait_node {
 public:
  io_op(io_kind k, int descriptor, void* d = nullptr, std::size_t n = 0, std::int64_t o = -1,
        internal::descriptor* from = nullptr) noexcept
      : kind(k), fd(descriptor), data(d), size(n), offset(o), source(from) {
    waits_for(static_cast<wait_kind>(static_cast<int>(wait_kind::descriptor) + static_cast<int>(k)), &fd);
  }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    return begin(h.promise());
  }
  /// The result; throws std::system_error or cancelled.
  int await_resume() const {
    if (result < 0) [[unlikely]]
      fail();
    return result;
  }

  void cancel() noexcept override;
  std::string describe() const override;
  /// By the backend: the wait is over.
  void complete(int r) noexcept {
    result = r;
    wake();
  }

  const io_kind kind;
  bool stopping = false;  // cancel() was called
  int fd;
  int result = 0;
  char* data_at(std::size_t n) const noexcept { return static_cast<char*>(data) + n; }
  void* data;
  std::size_t size;
  std::int64_t offset;
  std::size_t done = 0;          // send_all: what has been sent
  internal::descriptor* source;  // receive: where the backend keeps what came early

 private:
  bool begin(promise_base& p) noexcept;
  [[noreturn]] void fail() const;
};

class simulated_network;

class backend {
 public:
  virtual ~backend() = default;
  virtual const char* name() const noexcept = 0;
  /// Where sockets and pipes are made instead of in the kernel, if they are.
  virtual simulated_network* network() noexcept { return nullptr; }
  /// Sockets and pipes are to be made with O_NONBLOCK.
  virtual bool nonblocking() const noexcept = 0;
  /// Can it `open`, `sync`, and read regular files without blocking?
  virtual bool does_files() const noexcept = 0;

  /// False: op.result is there already.
  virtual bool start(io_op& op) noexcept = 0;
  /// op.complete() follows, now or later.
  virtual void cancel(io_op& op) noexcept = 0;
  virtual void close(int fd, io_state* state) noexcept = 0;
  /// Completes what is over; waits for that up to so many nanoseconds (-1: without limit).
  virtual void wait(std::int64_t nanoseconds) = 0;
  /// Would wait(0) find something, as far as can be told without a system call?
  virtual bool looks_busy() const noexcept = 0;
  /// Operations under way.
  virtual std::size_t pending() const noexcept = 0;
  /// Ends a wait(). By any thread; async-signal-safe.
  virtual void wake() noexcept = 0;
};

}  // namespace lockstep::async::internal
