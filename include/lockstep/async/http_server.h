// http::serve: a server of HTTP/1.1 on a listener, plain or by TLS; http::static_files: a folder's files.
//
//     task<http::response> answer(http::incoming& r) {
//       if (r.path() != "/hello") co_return http::response(404);
//       co_return http::response(200, "hello\n", "text/plain");
//     }
//     listener l = listen(address::loopback(8080));
//     co_await when_any(http::serve(l, answer), interrupted());
//
// Each connection is a task, its requests are answered one after the other, in their order. The handler is called for
// any method; what it gives for HEAD is sent without its body. An exception that it lets out is 500 and goes to
// on_error, but errors of reading the body are the client's, and answered as such.
//
// | what a client does                                          | what it gets                                    |
// |-------------------------------------------------------------|-------------------------------------------------|
// | garbage, an ambiguous length, no Host                        | 400                                             |
// | a transfer coding other than chunked, HTTP/2 or 0.9          | 501, 505                                        |
// | a head above max_header_bytes, a body above max_body_bytes   | 431, 413                                        |
// | a head that takes longer than header_timeout                 | 408                                             |
// | a body that is silent for body_timeout, or below min_rate    | 408                                             |
// | says nothing for idle_timeout                                | its connection is closed                        |
// | takes the answer more slowly than write_timeout and min_rate | its connection is closed                        |
// | is one more than max_connections                             | the longest idle one is closed, or else it waits |
//
// After 400, 408, 413, 431, 501 and 505 the connection is closed, too.
//
// Cancel safety: cancelling serve() is the clean end. Nobody is accepted any more, idle connections are closed, requests
// under way are answered (`Connection: close`), those that are not done after shutdown_timeout are cancelled; then
// serve() throws `cancelled`. It ends by itself only with the listener's error (std::system_error), in the same way.
// Which thread resumes you: the loop's. Thread safety: none; several threads may each serve with a listener of their own
// (listen_options::reuse_port). The listener must outlive the call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lockstep/async/address.h"
#include "lockstep/async/http_message.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/task.h"
#include "lockstep/async/tls.h"

namespace lockstep::async::http {

struct server_options {
  server_options() = default;

  std::chrono::milliseconds header_timeout{10'000};  ///< from a request's first byte to the end of its head; handshake
  std::chrono::milliseconds body_timeout{30'000};    ///< of waiting for a body, and one second more for min_rate bytes
  std::chrono::milliseconds write_timeout{30'000};   ///< of sending a piece, and one second more for min_rate bytes
  std::chrono::milliseconds idle_timeout{60'000};    ///< between two requests
  std::chrono::milliseconds shutdown_timeout{10'000};  ///< for requests under way, when serve() is cancelled
  std::uint32_t min_rate = 1024;                       ///< bytes a second
  std::size_t max_header_bytes = 16384;
  std::uint64_t max_body_bytes = 1 << 20;
  std::size_t max_connections = 10'000;
  std::optional<tls_context> tls = {};   ///< https
  std::string server_name = "lockstep";  ///< the header Server; empty: none
  /// Told of what a handler threw, and of accept() that fails. Empty: a line to standard error.
  std::function<void(const std::string&)> on_error = {};
};

class server_exchange;  // in http_server.cpp

/// A request, of which the body is still to be read. What is not read of it is dropped.
class incoming {
 public:
  explicit incoming(server_exchange& x) noexcept : exchange_(x) {}
  incoming(const incoming&) = delete;
  incoming& operator=(const incoming&) = delete;

  const std::string& method() const noexcept;
  /// As it was sent: "/a%20b?c=d".
  const std::string& target() const noexcept;
  /// Its path, decoded: "/a b". May have ".." in it.
  const std::string& path() const noexcept;
  /// What comes after "?", as it was sent.
  std::string_view query() const noexcept;
  const http::headers& headers() const noexcept;
  address remote_address() const;
  bool secure() const noexcept;
  /// Content-Length; none: not known.
  std::optional<std::uint64_t> length() const;
  /// The next piece of the body; 0: its end. Throws error (body_limit, body_timeout, malformed, truncated). A client
  /// that waits for `100 Continue` is told to go on by the first call.
  [[nodiscard]] task<std::size_t> read_some(std::span<char> to);
  /// What is left of it.
  [[nodiscard]] task<std::string> read_all();

 private:
  server_exchange& exchange_;
};

using handler = std::function<task<response>(incoming&)>;

task<> serve(listener& l, handler h, server_options options = {});

/// Answers GET and HEAD by the files of a folder: "/a/b.html" by FOLDER/a/b.html, "/a/" by FOLDER/a/index.html. A name
/// that leads out of the folder, by ".." or by a symbolic link, is not found; the kernel sees to that (openat2,
/// RESOLVE_BENEATH; Linux 5.6). Only regular files. With ETag and Last-Modified, and 304 where they still hold. Not
/// here: ranges, compression, lists of folders. Copies share the folder. Thread safety: a copy for each thread.
class static_files {
 public:
  /// Throws std::system_error if the folder cannot be opened.
  explicit static_files(const std::string& folder);
  [[nodiscard]] task<response> operator()(incoming& r) const;
  /// The same under another name: answer(r, "/index.html").
  [[nodiscard]] task<response> operator()(incoming& r, std::string path) const;

 private:
  class directory;
  std::shared_ptr<const directory> folder_;
};

}  // namespace lockstep::async::http
