// Pipes: make_pipe(), and pipe_end for any descriptor that can be waited for (a terminal, a FIFO, a child's output).
//
// One task at a time may read, and one may write. Cancel safety: read_some: none is lost; write: a part may have been
// written. Which thread resumes you: the loop's. Errors: std::system_error; broken_pipe when nobody reads any more.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "lockstep/async/internal/io.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

class pipe_end {
 public:
  pipe_end() = default;
  /// Takes the descriptor over, and makes it non-blocking where the loop needs that (which others that share it
  /// notice).
  explicit pipe_end(internal::descriptor d);
  explicit pipe_end(int fd) : pipe_end(internal::descriptor(fd)) {}

  [[nodiscard]] internal::bytes_op read_some(std::span<char> to) noexcept {
    return {internal::io_kind::read, descriptor_.fd(), to.data(), to.size()};
  }
  task<> write(std::string_view from);
  void close() noexcept { descriptor_.close(); }
  bool is_open() const noexcept { return descriptor_.open(); }
  int fd() const noexcept { return descriptor_.fd(); }

 private:
  internal::descriptor descriptor_;
};

struct pipe_ends {
  pipe_end read;
  pipe_end write;
};
pipe_ends make_pipe();

}  // namespace lockstep::async
