// What HTTP's client (http_client.h) and server (http_server.h) have in common: headers, bodies, responses, errors.
//
// Values; nothing here waits but body_source::read. Thread safety: none. They have constructors, because GCC 12 breaks
// aggregates that are written inside of a co_await expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lockstep/async/task.h"

namespace lockstep::async::http {

/// Fields in their order; names do not distinguish upper and lower case. Complexity: linear.
class headers {
 public:
  using field = std::pair<std::string, std::string>;

  headers() = default;
  headers(std::initializer_list<field> fields) {
    for (const field& f : fields) add(f.first, f.second);
  }

  /// One more field. Throws std::invalid_argument if the name is no token or the value has a line end or a zero byte.
  void add(std::string_view name, std::string_view value);
  /// The only field of that name.
  void set(std::string_view name, std::string_view value);
  bool remove(std::string_view name);
  /// The first of that name; nullptr: there is none.
  const std::string* find(std::string_view name) const noexcept;
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }
  /// The same; empty if there is none.
  std::string_view get(std::string_view name) const noexcept {
    const std::string* value = find(name);
    return value ? std::string_view(*value) : std::string_view();
  }
  /// As it was received: without a check.
  void add_received(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  std::size_t size() const noexcept { return fields_.size(); }

 private:
  std::vector<field> fields_;
};

/// A body that comes piece by piece.
struct body_source {
  body_source() = default;
  /// Puts the next piece into the span and gives its size; 0: that was all. Called again when the piece was sent.
  std::function<task<std::size_t>(std::span<char>)> read;
  /// Of the whole; none: not known, and sent in chunks.
  std::optional<std::uint64_t> size;
};

struct response {
  response() = default;
  explicit response(int code, std::string text = {}) : status(code), body(std::move(text)) {}
  response(int code, std::string text, std::string_view type) : response(code, std::move(text)) {
    headers.add("Content-Type", type);
  }

  int status = 200;
  std::string reason = {};  ///< empty: the usual one
  http::headers headers = {};
  std::string body = {};
  body_source source = {};  ///< instead of `body`, if its `read` is set
};

/// "Not Found"; empty if the status is none of RFC 9110's.
std::string_view usual_reason(int status) noexcept;

enum class failure {
  bad_request,  ///< the request cannot be sent: its URL, method or headers
  connect,      ///< no connection: name, address, or nobody listens
  tls,          ///< cause() is the tls_error
  closed,       ///< the connection ended before the answer
  truncated,    ///< …or within it
  malformed,    ///< no HTTP, or ambiguous
  unsupported,  ///< a transfer coding, a version or an upgrade that we do not speak
  header_limit,
  body_limit,
  redirects,  ///< too many, to nowhere, or from https to http
  connect_timeout,
  response_timeout,
  total_timeout,
  body_timeout,  ///< server: the client is too slow
};

class error : public std::runtime_error {
 public:
  error(http::failure failure, const std::string& what, std::exception_ptr cause = nullptr)
      : std::runtime_error(what), failure_(failure), cause_(std::move(cause)) {}
  http::failure failure() const noexcept { return failure_; }
  /// What it came from (std::system_error, tls_error, …); nullptr: nothing.
  std::exception_ptr cause() const noexcept { return cause_; }

 private:
  http::failure failure_;
  std::exception_ptr cause_;
};

}  // namespace lockstep::async::http
