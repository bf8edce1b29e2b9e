// http::client: requests over HTTP/1.1, plain and by TLS, with connections that are kept and used again.
//
//     http::client c;
//     http::response r = co_await c.fetch("https://example.org/");         // r.status, r.headers, r.body
//     http::response p = co_await c.fetch(http::request("POST", url, "…"));
//
//     http::reply large = co_await c.open(url);                            // the head is there
//     while (std::size_t n = co_await large.read_some(buffer)) …           // the body, piece by piece
//
// Errors: http::error with the request in its words; failure() is for programs, cause() what it came from. A status of
// 400 and more is no error. What was redirected is followed: 303, and 301 and 302 after POST, by GET; 307 and 308 the
// same again. Authorization, Cookie and Proxy-Authorization are not sent on to another host, scheme or port; from
// https to http is an error. A request is sent a second time only if its method is idempotent (RFC 9110), its body a
// string, and a connection that had been used before ended without a byte of the answer.
//
// At most max_connections to one host at a time; who finds them all busy waits. An idle one is used again unless the
// other end has closed it. Cancel safety: the connection is closed; the server may have done what was asked. Which
// thread resumes you: the loop's. Thread safety: none; a client belongs to its loop's thread, and outlives its replies
// or not, as you like. Memory: bounded by the limits.
//
// Not here: HTTP/2, proxies, cookies, compression, caches, upgrades; `Expect: 100-continue` is not sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "lockstep/async/http_message.h"
#include "lockstep/async/task.h"
#include "lockstep/async/tls.h"

namespace lockstep::async::http {

struct client_options {
  client_options() = default;

  std::size_t max_connections = 8;                     ///< to one host: those in use and those kept
  std::size_t max_idle = 64;                           ///< kept, to all hosts together
  std::chrono::milliseconds idle_timeout{30'000};      ///< one that was idle for longer is not used again
  std::chrono::milliseconds connect_timeout{10'000};   ///< name, connection and TLS
  std::chrono::milliseconds response_timeout{30'000};  ///< from the end of the request to the end of the answer's head
  std::chrono::milliseconds total_timeout{300'000};    ///< from fetch() or open() to the end of the body
  std::size_t max_header_bytes = 65536;
  std::uint64_t max_body_bytes = 64 << 20;  ///< of an answer; also of what is read piece by piece
  int max_redirects = 10;                   ///< 0: the redirection is the answer
  std::optional<tls_context> tls = {};      ///< none: the system's trust store
  std::string user_agent = "lockstep";
};

struct request {
  request() = default;
  request(std::string verb, std::string where, std::string text = {})
      : method(std::move(verb)), url(std::move(where)), body(std::move(text)) {}
  /// GET.
  request(std::string where) : url(std::move(where)) {}
  request(const char* where) : url(where) {}

  std::string method = "GET";
  std::string url = {};
  http::headers headers = {};  ///< Host, Content-Length, Transfer-Encoding and Connection are made
  std::string body = {};
  body_source source = {};  ///< instead of `body`, if its `read` is set
};

// In http_client.cpp.
class client_core;
class exchange;

/// An answer whose body is still to be read. If it is not read to its end, the connection is closed.
class reply {
 public:
  explicit reply(std::unique_ptr<exchange> e) noexcept;
  reply(reply&& other) noexcept;
  reply& operator=(reply&& other) noexcept;
  ~reply();

  int status() const noexcept;
  const std::string& reason() const noexcept;
  const http::headers& headers() const noexcept;
  /// Where it came from in the end.
  std::string url() const;
  /// The next piece of the body; 0: its end.
  [[nodiscard]] task<std::size_t> read_some(std::span<char> to);
  /// What is left of it.
  [[nodiscard]] task<std::string> read_all();

 private:
  std::unique_ptr<exchange> exchange_;
};

class client {
 public:
  explicit client(client_options options = {});
  client(client&& other) noexcept;
  client& operator=(client&& other) noexcept;
  ~client();

  /// The whole answer.
  [[nodiscard]] task<response> fetch(request r);
  /// The answer's head.
  [[nodiscard]] task<reply> open(request r);
  /// Connections that are kept, for now.
  std::size_t idle_connections() const noexcept;

 private:
  std::shared_ptr<client_core> core_;
};

}  // namespace lockstep::async::http
