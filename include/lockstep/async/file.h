// file: a regular file, read and written at positions. io_uring does it in the kernel; with epoll, which knows no
// files, a thread of the blocking pool does.
//
//     file f = co_await file::open("data", O_RDWR | O_CREAT);
//     std::size_t n = co_await f.read_at(0, buffer);      // 0: beyond the end
//     co_await f.write_at(n, text);                       // all of it
//     co_await f.sync();                                  // on the disk
//
// Any number of tasks may read and write at once. Cancel safety: read_at has no effect; write_at may have written a
// part; open may have created the file. Which thread resumes you: the loop's. Errors: std::system_error
// (no_space_on_device, …). The buffer must live until the task has ended.
#pragma once

#include <fcntl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lockstep/async/internal/io.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

class file {
 public:
  file() = default;
  /// Takes over what was opened by other means.
  explicit file(internal::descriptor d) noexcept : descriptor_(std::move(d)) {}
  static task<file> open(std::string path, int flags = O_RDONLY, mode_t mode = 0644);

  task<std::size_t> read_at(std::uint64_t offset, std::span<char> to);
  task<> write_at(std::uint64_t offset, std::string_view from);
  task<> sync();
  std::uint64_t size() const;
  void close() noexcept { descriptor_.close(); }
  int fd() const noexcept { return descriptor_.fd(); }

 private:
  internal::descriptor descriptor_;
};

/// The whole of a file.
task<std::string> read_file(std::string path);

}  // namespace lockstep::async
