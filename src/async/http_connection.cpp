#include "http_connection.h"

#include <locale.h>
#include <poll.h>
#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace lockstep::async::http {

namespace {
constexpr std::size_t kBuffer = 4096;
}  // namespace

void connection::consume(std::size_t n) noexcept {
  begin_ += n;
  if (begin_ != end_) return;
  begin_ = end_ = 0;
  if (capacity_ <= kBuffer) return;
  buffer_.reset();
  capacity_ = 0;
}

task<std::size_t> connection::receive(std::span<char> to) {
  if (!secure_) co_return co_await plain_.read_some(to);
  try {
    co_return co_await tls_.read_some(to);
  } catch (const tls_error& e) {
    // Where HTTP itself says that a message is complete, many peers leave TLS without a word.
    if (e.failure() != tls_failure::truncated) throw;
    cut_ = true;
  }
  co_return 0;
}

task<bool> connection::fill() {
  if (end_ == capacity_) {
    if (begin_ != 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    } else {
      std::size_t larger = std::max(kBuffer, 2 * capacity_);
      auto grown = std::make_unique_for_overwrite<char[]>(larger);
      if (end_ != 0) std::memcpy(grown.get(), buffer_.get(), end_);
      buffer_ = std::move(grown);
      capacity_ = larger;
    }
  }
  std::size_t n = co_await receive({buffer_.get() + end_, capacity_ - end_});
  end_ += n;
  co_return n != 0;
}

task<> connection::send(std::string_view text) {
  if (secure_) {
    co_await tls_.write(text);
  } else {
    co_await plain_.write(text);
  }
}

task<> connection::send_end() {
  if (secure_) {
    co_await tls_.shutdown_write();
  } else {
    plain_.shutdown_write();
  }
}

bool connection::has_ended() const noexcept {
  pollfd p{secure_ ? tls_.fd() : plain_.fd(), POLLIN | POLLRDHUP, 0};
  return ::poll(&p, 1, 0) != 0;
}

task<bool> connection::read_head(message_parser& p) {
  for (;;) {
    if (!buffered().empty()) consume(p.put_head(buffered()));
    if (p.head_done()) co_return true;
    bool more = co_await fill();
    if (more) continue;
    if (!p.started()) co_return false;
    p.put_end();
  }
}

task<std::size_t> connection::read_body(message_parser& p, std::span<char> to) {
  while (!p.done() && !to.empty()) {
    std::size_t given = 0;
    bool more = true;
    if (!buffered().empty()) {
      std::size_t taken = p.put_body(buffered(), to, given);
      consume(taken);
      if (given != 0 || p.done()) co_return given;
      more = co_await fill();
    } else if (std::uint64_t plain = p.plain_bytes_to_come(); plain != 0) {
      std::size_t n = co_await receive(to.first(static_cast<std::size_t>(std::min<std::uint64_t>(plain, to.size()))));
      if (n != 0) p.put_body({to.data(), n}, to, given);
      if (given != 0) co_return given;
      more = n != 0;
    } else {
      more = co_await fill();
    }
    if (more) continue;
    if (cut_ && p.ends_with_connection()) {
      throw error(failure::truncated,
                  "lockstep::async::http: TLS was cut in a body that ends with the connection: it may not be all");
    }
    p.put_end();
  }
  co_return 0;
}

void append_fields(std::string& to, const headers& h) {
  for (const auto& [name, value] : h) {
    to += name;
    to += ": ";
    to += value;
    to += "\r\n";
  }
}

bool same_text(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool has_token(const headers& h, std::string_view name, std::string_view token) noexcept {
  for (const auto& [field, value] : h) {
    if (!same_text(field, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view one = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
      while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
      if (same_text(one, token)) return true;
    }
  }
  return false;
}

namespace {
constexpr const char* kDate = "%a, %d %b %Y %H:%M:%S GMT";
/// The language of the protocol, not that of the user.
locale_t english() {
  static locale_t const c = ::newlocale(LC_ALL_MASK, "C", nullptr);
  return c;
}
}  // namespace

std::string http_date(::time_t when) {
  tm parts{};
  ::gmtime_r(&when, &parts);
  char text[40];
  return {text, ::strftime_l(text, sizeof text, kDate, &parts, english())};
}

std::optional<::time_t> parse_http_date(const std::string& text) {
  tm parts{};
  if (!::strptime_l(text.c_str(), kDate, &parts, english())) return std::nullopt;
  return ::timegm(&parts);
}

body_encoder::body_encoder(const body_source& source, bool chunked)
    : source_(source), chunked_(chunked), piece_(std::make_unique_for_overwrite<char[]>(kRoom + kPiece + 2)) {}

task<std::string_view> body_encoder::next() {
  if (ended_) co_return std::string_view();
  char* data = piece_.get() + kRoom;
  std::size_t n = co_await source_.read({data, kPiece});
  given_ += n;
  if (source_.size && (given_ > *source_.size || (n == 0 && given_ != *source_.size))) {
    throw std::length_error("lockstep::async::http: a body_source gave " + std::to_string(given_) + " bytes of " +
                            std::to_string(*source_.size));
  }
  ended_ = n == 0;
  if (!chunked_) co_return std::string_view(data, n);
  if (ended_) co_return "0\r\n\r\n";
  char size[kRoom + 1];
  auto length = static_cast<std::size_t>(std::snprintf(size, sizeof size, "%zx\r\n", n));
  std::copy_n(size, length, data - length);
  std::copy_n("\r\n", 2, data + n);
  co_return std::string_view(data - length, length + n + 2);
}

}  // namespace lockstep::async::http
