#include "http_url.h"

#include <uriparser/Uri.h>

#include <charconv>
#include <memory>

#include "lockstep/async/http_message.h"

namespace lockstep::async::http {

namespace {

/// Owns what uriparser allocates, and the text that it points into.
class parsed {
 public:
  parsed() = default;
  explicit parsed(std::string text) : text_(std::move(text)) {
    const char* end = nullptr;
    ok_ = uriParseSingleUriExA(&uri_, text_.data(), text_.data() + text_.size(), &end) == URI_SUCCESS;
    held_ = ok_;
  }
  ~parsed() {
    if (held_) uriFreeUriMembersA(&uri_);
  }
  parsed(const parsed&) = delete;
  parsed& operator=(const parsed&) = delete;

  bool ok() const noexcept { return ok_; }
  const UriUriA& uri() const noexcept { return uri_; }
  /// Becomes `relative` seen from `base`, which both must outlive it.
  bool become(const parsed& base, const parsed& relative) {
    held_ = true;
    ok_ = uriAddBaseUriA(&uri_, &relative.uri_, &base.uri_) == URI_SUCCESS;
    return ok_;
  }

 private:
  std::string text_;
  UriUriA uri_{};
  bool ok_ = false;
  bool held_ = false;
};

std::string_view view(const UriTextRangeA& range) noexcept {
  return range.first ? std::string_view(range.first, static_cast<std::size_t>(range.afterLast - range.first))
                     : std::string_view();
}

/// What people and servers leave as it is in URLs, and RFC 3986 does not allow.
std::string escaped(std::string_view text) {
  constexpr std::string_view kNever = " \"<>\\^`{|}";
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || kNever.find(c) != std::string_view::npos) {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

bool same_scheme(std::string_view scheme, std::string_view wanted) {
  if (scheme.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((scheme[i] | 0x20) != wanted[i]) return false;
  }
  return true;
}

/// Empty: it is good; else what is wrong.
std::string read(const UriUriA& uri, url& out) {
  std::string_view scheme = view(uri.scheme);
  if (same_scheme(scheme, "https")) {
    out.secure = true;
  } else if (!same_scheme(scheme, "http")) {
    return scheme.empty() ? "it does not begin with http:// or https://" : "its scheme is neither http nor https";
  }
  out.host = view(uri.hostText);
  if (out.host.empty()) return "it names no host";
  if (uri.userInfo.first) return "it has a user's name in it: send a header Authorization instead";
  if (out.host.find('%') != std::string::npos) return "its host has escaped bytes in it";
  std::string usual = out.secure ? "443" : "80";
  out.port = view(uri.portText);
  if (out.port.empty()) out.port = usual;
  unsigned number = 0;
  auto [end, error] = std::from_chars(out.port.data(), out.port.data() + out.port.size(), number);
  if (error != std::errc() || end != out.port.data() + out.port.size() || number == 0 || number > 65535) {
    return "its port is not between 1 and 65535";
  }
  out.port = std::to_string(number);
  out.host_field = uri.hostData.ip6 || uri.hostData.ipFuture.first ? "[" + out.host + "]" : out.host;
  if (out.port != usual) out.host_field += ":" + out.port;
  out.target.clear();
  for (const UriPathSegmentA* s = uri.pathHead; s; s = s->next) {
    out.target += '/';
    out.target += view(s->text);
  }
  if (out.target.empty()) out.target = "/";
  if (uri.query.first) {
    out.target += '?';
    out.target += view(uri.query);
  }
  return {};
}

}  // namespace

std::string url::origin() const { return (secure ? "https://" : "http://") + host_field; }

url parse_url(std::string_view text) {
  parsed p(escaped(text));
  url u;
  std::string wrong = p.ok() ? read(p.uri(), u) : "it is no URL (RFC 3986)";
  if (wrong.empty()) return u;
  throw error(failure::bad_request, "lockstep::async::http: the URL '" + std::string(text) + "': " + wrong);
}

url resolve_url(const url& base, std::string_view reference) {
  parsed from(base.text());
  parsed to(escaped(reference));
  parsed whole;
  url u;
  std::string wrong = from.ok() && to.ok() && whole.become(from, to) ? read(whole.uri(), u) : "it is no URL (RFC 3986)";
  if (wrong.empty()) return u;
  throw error(failure::redirects,
              "lockstep::async::http: " + base.text() + " redirects to '" + std::string(reference) + "': " + wrong);
}

}  // namespace lockstep::async::http
