// The URL of a request, and what a redirection makes of it. Internal; by uriparser (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace lockstep::async::http {

struct url {
  bool secure = false;  // https
  std::string host;     // as it is resolved: without the brackets of an IPv6 address
  std::string port;
  std::string target;      // path and query, "/" at least
  std::string host_field;  // of the header Host: with brackets, and the port if it is not the usual one

  /// "https://host:port": who is asked.
  std::string origin() const;
  std::string text() const { return origin() + target; }
};

/// Throws error (bad_request) that says what is wrong with it. Blanks and bytes beyond ASCII are escaped first.
url parse_url(std::string_view text);
/// What `reference`, of a header Location, means seen from `base`. Throws error (redirects).
url resolve_url(const url& base, std::string_view reference);

}  // namespace lockstep::async::http
