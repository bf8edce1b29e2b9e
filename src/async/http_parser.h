// One HTTP/1.x message from bytes. Internal; Boost.Beast's parser does it, and is seen by http_parser.cpp alone.
//
//     message_parser p(message_parser::kind::request, limits);
//     take away what p.put_head(bytes) says, and bring more, until p.head_done();
//     then the same with p.put_body(bytes, out, given), until p.done().
//
// How the bytes are cut into pieces makes no difference. What Beast lets pass and others might understand in another
// way is refused here, because that is how requests are smuggled: a Transfer-Encoding that is not exactly `chunked`, or
// in HTTP/1.0; a Content-Length that is a list or comes twice; a request of HTTP/1.1 without exactly one Host. Errors:
// http::error (malformed, unsupported, header_limit, body_limit, truncated); the parser is of no use after one.
// Memory: the head; of the body nothing is kept. The caller keeps what was not taken, which is bounded by the limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lockstep/async/http_message.h"

namespace lockstep::async::http {

struct parser_limits {
  std::size_t header_bytes = 16384;  // of the head, and of what goes with a chunk
  std::uint64_t body_bytes = 1 << 20;
};

/// What comes before the body.
struct message_head {
  std::string method;  // requests
  std::string target;
  int status = 0;  // responses
  std::string reason;
  int version = 11;  // or 10
  http::headers headers;
};

class message_parser {
 public:
  enum class kind { request, response };

  message_parser(kind k, const parser_limits& limits);
  ~message_parser();
  message_parser(message_parser&& other) noexcept;
  message_parser& operator=(message_parser&& other) noexcept;

  /// The response will have no body, whatever it says: it answers HEAD. Before the first put.
  void expect_no_body();

  /// How many bytes were taken.
  std::size_t put_head(std::string_view in);
  bool head_done() const noexcept;
  const message_head& head() const noexcept;
  message_head& head() noexcept;

  /// How many bytes were taken, and how many of `out` were filled.
  std::size_t put_body(std::string_view in, std::span<char> out, std::size_t& given);
  bool done() const noexcept;
  /// The connection has ended. Throws truncated unless that is how the message is to end.
  void put_end();

  /// After the head:
  bool keep_alive() const;
  bool chunked() const;
  bool ends_with_connection() const;
  std::optional<std::uint64_t> length() const;
  /// Bytes of body that come as they are: as many may be received straight into their place. 0: chunks.
  std::uint64_t plain_bytes_to_come() const;
  bool started() const noexcept;

 private:
  class implementation;
  template <bool IsRequest>
  class beast_parser;
  std::unique_ptr<implementation> impl_;
};

}  // namespace lockstep::async::http
