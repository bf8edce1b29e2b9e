// address: of a socket: IPv4, IPv6 or a path (Unix). A value; copied freely. For names, see dns.h.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::async {

class address {
 public:
  address() noexcept = default;
  address(const sockaddr* a, socklen_t length) noexcept;

  /// "127.0.0.1", "::1". Throws std::invalid_argument.
  static address ip(std::string_view text, std::uint16_t port);
  static address loopback(std::uint16_t port = 0);
  /// A path; one that begins with '@' is in the abstract namespace. Throws std::invalid_argument if it is too long.
  static address local(std::string_view path);

  int family() const noexcept { return storage_.ss_family; }
  std::uint16_t port() const noexcept;
  /// "127.0.0.1:80", "[::1]:80", "/run/x.sock", "@name".
  std::string to_string() const;
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t length() const noexcept { return length_; }
  void set_length(socklen_t n) noexcept { length_ = n; }
  static constexpr socklen_t capacity() noexcept { return sizeof(sockaddr_storage); }
  friend bool operator==(const address& a, const address& b) noexcept;

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

}  // namespace lockstep::async
