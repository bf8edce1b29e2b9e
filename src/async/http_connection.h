// A connection that speaks HTTP, plain or by TLS: a buffer of what was received, and messages out of it. Internal.
//
// Invariant: what is in the buffer belongs to the message that is being read, or to the next one.
// An idle connection holds a buffer of 4 KiB. Cancel safety: what was received stays in the buffer; after a cancelled send the
// connection is to be closed.
#pragma once

#include <time.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "http_parser.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/task.h"
#include "lockstep/async/tls.h"

namespace lockstep::async::http {

class connection {
 public:
  explicit connection(stream s) noexcept : plain_(std::move(s)) {}
  explicit connection(tls_stream s) noexcept : tls_(std::move(s)), secure_(true) {}

  bool secure() const noexcept { return secure_; }
  address remote_address() const { return secure_ ? tls_.remote_address() : plain_.remote_address(); }
  std::string_view buffered() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t n) noexcept;
  /// More into the buffer. False: the connection has ended.
  task<bool> fill();
  task<> send(std::string_view text);
  /// Nothing more will be sent.
  task<> send_end();
  void close() noexcept { secure_ ? tls_.close() : plain_.close(); }
  /// Has the other end closed, as far as the kernel knows? (What it has sent unasked is not looked at.)
  bool has_ended() const noexcept;

  /// True: p.head_done(). False: the connection ended before the first byte. Throws error (truncated), and the parser's.
  task<bool> read_head(message_parser& p);
  /// The next piece of the body; 0: its end.
  task<std::size_t> read_body(message_parser& p, std::span<char> to);

 private:
  task<std::size_t> receive(std::span<char> to);

  stream plain_;
  tls_stream tls_;
  bool secure_ = false;
  bool cut_ = false;  // TLS ended without its goodbye
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The end of a head: fields, an empty line.
void append_fields(std::string& to, const headers& h);
/// Are the values, separated by commas, of the field `name` such that one of them is `token`?
bool has_token(const headers& h, std::string_view name, std::string_view token) noexcept;
bool same_text(std::string_view a, std::string_view b) noexcept;  // but for upper and lower case

/// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the process's locale.
std::string http_date(::time_t when);
/// None: it is no such date.
std::optional<::time_t> parse_http_date(const std::string& text);

/// Puts pieces of a body into the form in which they are sent.
class body_encoder {
 public:
  /// `chunked`: of no known length.
  body_encoder(const body_source& source, bool chunked);
  /// The next piece, to be sent before the next call; empty: that was all. Throws std::length_error if the source gives
  /// less or more than its size.
  task<std::string_view> next();

 private:
  static constexpr std::size_t kPiece = 16384;
  static constexpr std::size_t kRoom = 8;  // for "4000\r\n", before

  const body_source& source_;
  bool chunked_;
  bool ended_ = false;
  std::uint64_t given_ = 0;
  std::unique_ptr<char[]> piece_;
};

}  // namespace lockstep::async::http
