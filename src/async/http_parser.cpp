#include "http_parser.h"

#include <strings.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <limits>

namespace lockstep::async::http {

namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;

std::string_view text(boost::beast::string_view s) noexcept { return {s.data(), s.size()}; }

[[noreturn]] void refuse(http::failure f, const std::string& what) { throw error(f, "lockstep::async::http: " + what); }

/// In what a chunked body is wrapped: so many bytes for each of the body, beyond what one header may have.
constexpr std::uint64_t kFramingForAByte = 16;
/// Between two chunks, at least so many bytes are to come: "0", two line ends. Beast is not shown less: it asserts that a
/// last chunk of which it has seen the beginning is as long.
constexpr std::size_t kLeastFraming = 5;

}  // namespace

// What the two instances of Beast's parser have in common.
class message_parser::implementation {
 public:
  explicit implementation(const parser_limits& l) : limits(l) {}
  virtual ~implementation() = default;
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

  virtual std::size_t put(std::string_view in, error_code& e) = 0;
  virtual void put_eof(error_code& e) = 0;
  virtual void skip_body() = 0;
  virtual bool is_head_done() const noexcept = 0;
  virtual bool is_done() const noexcept = 0;
  virtual bool keeps_alive() const = 0;
  virtual bool is_chunked() const = 0;
  virtual bool needs_eof() const = 0;
  virtual std::optional<std::uint64_t> length() const = 0;
  virtual std::optional<std::uint64_t> remaining() const = 0;

  std::size_t take_body(std::string_view piece, error_code& e) {
    std::size_t n = std::min(piece.size(), out.size());
    if (n > limits.body_bytes - body_bytes) {
      e = beast::error::body_limit;
      return 0;
    }
    if (n != 0 && piece.data() != out.data()) std::memcpy(out.data(), piece.data(), n);
    out = out.subspan(n);
    body_bytes += n;
    return n;
  }

  parser_limits limits;
  message_head head;
  std::uint64_t header_bytes = 0;
  std::uint64_t framing_bytes = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t chunk_left = 0;
  std::span<char> out;
  bool started = false;
  bool lengths = false;
  bool codings = false;
  int hosts = 0;
};

namespace {

/// Is it HTTP of another version? Beast calls what is no HTTP at all a bad version, too.
bool names_http(std::string_view first_line) {
  if (first_line.starts_with("HTTP/")) return true;
  std::size_t target = first_line.find(' ');
  std::size_t version = target == std::string_view::npos ? target : first_line.find(' ', target + 1);
  return version != std::string_view::npos && first_line.substr(version + 1).starts_with("HTTP/");
}

[[noreturn]] void refuse_because(const error_code& e, std::string_view at = {}) {
  if (e == beast::error::header_limit) refuse(failure::header_limit, "a header is larger than the limit");
  if (e == beast::error::body_limit) refuse(failure::body_limit, "a body is larger than the limit");
  if (e == beast::error::partial_message) refuse(failure::truncated, "the connection ended within a message");
  if (e == beast::error::bad_version && names_http(at)) {
    refuse(failure::unsupported, "the version of HTTP is neither 1.0 nor 1.1");
  }
  refuse(failure::malformed, "malformed message: " + e.message());
}

}  // namespace

template <bool IsRequest>
class message_parser::beast_parser final : public message_parser::implementation,
                                           private beast::basic_parser<IsRequest> {
 public:
  using base = beast::basic_parser<IsRequest>;

  explicit beast_parser(const parser_limits& l) : implementation(l) {
    // Both are counted here: Beast's count begins anew with each call, and it counts what it was shown, not what it took.
    base::header_limit(std::numeric_limits<std::uint32_t>::max());
    base::body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  std::size_t put(std::string_view in, error_code& e) override {
    return base::put(boost::asio::const_buffer(in.data(), in.size()), e);
  }
  void put_eof(error_code& e) override { base::put_eof(e); }
  void skip_body() override { base::skip(true); }
  bool is_head_done() const noexcept override { return base::is_header_done(); }
  bool is_done() const noexcept override { return base::is_done(); }
  bool keeps_alive() const override { return base::keep_alive(); }
  bool is_chunked() const override { return base::chunked(); }
  bool needs_eof() const override { return base::need_eof(); }
  std::optional<std::uint64_t> length() const override { return as_std(base::content_length()); }
  std::optional<std::uint64_t> remaining() const override { return as_std(base::content_length_remaining()); }

 private:
  static std::optional<std::uint64_t> as_std(const boost::optional<std::uint64_t>& o) {
    return o ? std::optional<std::uint64_t>(*o) : std::nullopt;
  }

  void on_request_impl(beast::verb, boost::beast::string_view method, boost::beast::string_view target, int version,
                       error_code&) override {
    head.method = text(method);
    head.target = text(target);
    head.version = version;
  }
  void on_response_impl(int status, boost::beast::string_view reason, int version, error_code&) override {
    head.status = status;
    head.reason = text(reason);
    head.version = version;
  }
  void on_field_impl(beast::field f, boost::beast::string_view name, boost::beast::string_view value,
                     error_code& e) override {
    if (is_head_done()) return;  // a trailer
    switch (f) {
      case beast::field::transfer_encoding:
        if (codings || head.version < 11) {
          e = beast::error::bad_transfer_encoding;
        } else if (value.size() != 7 || ::strncasecmp(value.data(), "chunked", 7) != 0) {
          refuse(failure::unsupported, "the transfer coding '" + std::string(text(value)) + "' is not 'chunked'");
        }
        codings = true;
        break;
      case beast::field::content_length:
        if (lengths || !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
          e = beast::error::bad_content_length;
        }
        lengths = true;
        break;
      case beast::field::host:
        ++hosts;
        break;
      default:
        break;
    }
    head.headers.add_received(text(name), text(value));
  }
  void on_header_impl(error_code&) override {
    if (IsRequest && (hosts > 1 || (hosts == 0 && head.version >= 11))) {
      refuse(failure::malformed, "a request of HTTP/1.1 must have one Host, this one has " + std::to_string(hosts));
    }
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view piece, error_code& e) override {
    return take_body(text(piece), e);
  }
  void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view, error_code& e) override {
    if (size > limits.body_bytes - body_bytes) e = beast::error::body_limit;
    chunk_left = size;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view piece, error_code& e) override {
    std::size_t n = take_body(text(piece), e);
    chunk_left -= n;
    return n;
  }
  void on_finish_impl(error_code&) override {}
};

message_parser::message_parser(kind k, const parser_limits& limits) {
  if (k == kind::request) {
    impl_ = std::make_unique<beast_parser<true>>(limits);
  } else {
    impl_ = std::make_unique<beast_parser<false>>(limits);
  }
}
message_parser::~message_parser() = default;
message_parser::message_parser(message_parser&& other) noexcept = default;
message_parser& message_parser::operator=(message_parser&& other) noexcept = default;

void message_parser::expect_no_body() { impl_->skip_body(); }

std::size_t message_parser::put_head(std::string_view in) {
  std::size_t taken = 0;
  while (!impl_->is_head_done()) {
    std::string_view rest = in.substr(taken);
    error_code e;
    if (!rest.empty()) impl_->started = true;
    std::size_t n = impl_->put(rest, e);
    taken += n;
    impl_->header_bytes += n;
    bool more = e == beast::error::need_more;
    if (e && !more) refuse_because(e, rest);
    // What waits for more counts as well.
    if (impl_->header_bytes + (more ? rest.size() - n : 0) > impl_->limits.header_bytes) {
      refuse_because(beast::error::header_limit);
    }
    if (more) break;
  }
  if (impl_->is_head_done() && !impl_->is_done() && impl_->length().value_or(0) > impl_->limits.body_bytes) {
    refuse_because(beast::error::body_limit);
  }
  return taken;
}

std::size_t message_parser::put_body(std::string_view in, std::span<char> out, std::size_t& given) {
  std::size_t taken = 0;
  impl_->out = out;
  while (!impl_->is_done() && taken < in.size()) {
    // A full `out` still lets what is no body pass: the end of a chunk, and of the message.
    std::uint64_t before = impl_->body_bytes;
    error_code e;
    std::string_view rest = in.substr(taken);
    if (rest.size() < kLeastFraming && impl_->chunk_left == 0 && impl_->is_chunked()) break;
    std::size_t n = impl_->put(rest, e);
    taken += n;
    impl_->framing_bytes += n - (impl_->body_bytes - before);
    bool more = e == beast::error::need_more;
    if (e && !more) refuse_because(e);
    std::uint64_t waiting = more ? rest.size() - n : 0;
    if (impl_->framing_bytes + waiting > impl_->limits.header_bytes + kFramingForAByte * impl_->body_bytes) {
      refuse(failure::malformed, "the chunks of a body are wrapped in too much");
    }
    if (more || n == 0) break;
  }
  given = out.size() - impl_->out.size();
  impl_->out = {};
  return taken;
}

void message_parser::put_end() {
  error_code e;
  if (!impl_->started) {
    e = beast::error::partial_message;
  } else {
    impl_->put_eof(e);
  }
  if (e) refuse_because(e);
}

bool message_parser::head_done() const noexcept { return impl_->is_head_done(); }
const message_head& message_parser::head() const noexcept { return impl_->head; }
message_head& message_parser::head() noexcept { return impl_->head; }
bool message_parser::done() const noexcept { return impl_->is_done(); }
bool message_parser::keep_alive() const { return impl_->keeps_alive(); }
bool message_parser::chunked() const { return impl_->is_chunked(); }
bool message_parser::ends_with_connection() const { return impl_->needs_eof(); }
std::optional<std::uint64_t> message_parser::length() const { return impl_->length(); }
std::uint64_t message_parser::plain_bytes_to_come() const {
  if (impl_->is_done() || impl_->is_chunked()) return 0;
  if (impl_->needs_eof()) return std::numeric_limits<std::uint64_t>::max();
  return impl_->remaining().value_or(0);
}
bool message_parser::started() const noexcept { return impl_->started; }

}  // namespace lockstep::async::http
