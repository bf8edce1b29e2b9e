// buffered_reader: lines and blocks of a stream (or pipe_end), of limited length.
//
//     buffered_reader in(socket);
//     while (std::optional<std::string> line = co_await in.read_line()) …      // without its end; none: the end
//     std::string body = co_await in.read_exactly(length);
//
// Whatever has `co_await source.read_some(span)` will do. The source must live as long as the reader. Cancel safety:
// what has been read stays in the buffer for the next call, so nothing is lost. Which thread resumes you: the loop's.
// Errors: those of the source; too_long if no line ends within the limit; unexpected_end if the source ends in the
// middle of a line or block. Thread safety: none.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "lockstep/async/task.h"

namespace lockstep::async {

class too_long : public std::runtime_error {
 public:
  too_long() : std::runtime_error("lockstep::async: a line is longer than the limit") {}
};
class unexpected_end : public std::runtime_error {
 public:
  unexpected_end() : std::runtime_error("lockstep::async: the end came in the middle of a line or block") {}
};

template <class Source>
class buffered_reader {
 public:
  explicit buffered_reader(Source& source, std::size_t longest_line = 65536)
      : source_(source), longest_line_(longest_line) {}

  /// Up to "\n" or "\r\n", which are dropped.
  task<std::optional<std::string>> read_line() {
    std::size_t looked_at = 0;
    for (;;) {
      std::size_t end = buffer_.find('\n', begin_ + looked_at);
      if (end != std::string::npos) {
        if (end - begin_ > longest_line_) throw too_long();
        std::string line = buffer_.substr(begin_, end - begin_);
        begin_ = end + 1;
        if (line.ends_with('\r')) line.pop_back();
        co_return line;
      }
      looked_at = buffer_.size() - begin_;
      if (looked_at > longest_line_) throw too_long();
      bool more = co_await fill();
      if (more) continue;
      if (looked_at != 0) throw unexpected_end();
      co_return std::nullopt;
    }
  }
  task<std::string> read_exactly(std::size_t n) {
    while (buffer_.size() - begin_ < n) {
      bool more = co_await fill();
      if (!more) throw unexpected_end();
    }
    std::string block = buffer_.substr(begin_, n);
    begin_ += n;
    co_return block;
  }
  /// What is there, at least a byte; 0: the end. First from the buffer.
  task<std::size_t> read_some(std::span<char> to) {
    if (begin_ == buffer_.size()) co_return co_await source_.read_some(to);
    std::size_t n = buffer_.copy(to.data(), to.size(), begin_);
    begin_ += n;
    co_return n;
  }

 private:
  static constexpr std::size_t kPart = 4096;

  task<bool> fill() {
    buffer_.erase(0, std::exchange(begin_, 0));
    char part[kPart];
    std::size_t n = co_await source_.read_some(part);
    buffer_.append(part, n);
    co_return n != 0;
  }

  Source& source_;
  std::size_t longest_line_;
  std::string buffer_;
  std::size_t begin_ = 0;  // what is before has been given
};

}  // namespace lockstep::async
