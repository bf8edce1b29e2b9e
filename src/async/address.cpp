#include "lockstep/async/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>

namespace lockstep::async {

address::address(const sockaddr* a, socklen_t length) noexcept : length_(length) { std::memcpy(&storage_, a, length); }

address address::ip(std::string_view text, std::uint16_t port) {
  std::string terminated(text);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, terminated.c_str(), &v4.sin_addr) == 1) {
    return {reinterpret_cast<const sockaddr*>(&v4), sizeof v4};
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, terminated.c_str(), &v6.sin6_addr) == 1) {
    return {reinterpret_cast<const sockaddr*>(&v6), sizeof v6};
  }
  throw std::invalid_argument("'" + terminated + "' is no IP address");
}

address address::loopback(std::uint16_t port) { return ip("127.0.0.1", port); }

address address::local(std::string_view path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.size() >= sizeof a.sun_path)
    throw std::invalid_argument("a socket's path is too long: " + std::string(path));
  std::memcpy(a.sun_path, path.data(), path.size());
  bool abstract = path.starts_with('@');
  if (abstract) a.sun_path[0] = '\0';
  return {reinterpret_cast<const sockaddr*>(&a),
          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1))};
}

std::uint16_t address::port() const noexcept {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
  return 0;
}

std::string address::to_string() const {
  char text[INET6_ADDRSTRLEN] = "";
  switch (family()) {
    case AF_INET:
      ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr, text, sizeof text);
      return std::string(text) + ":" + std::to_string(port());
    case AF_INET6:
      ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr, text, sizeof text);
      return "[" + std::string(text) + "]:" + std::to_string(port());
    case AF_UNIX: {
      constexpr std::size_t kPath = offsetof(sockaddr_un, sun_path);
      if (length_ <= kPath) return "(unnamed)";
      const char* path = reinterpret_cast<const sockaddr_un*>(&storage_)->sun_path;
      if (path[0] == '\0') return "@" + std::string(path + 1, length_ - kPath - 1);
      return path;
    }
    default:
      return "(none)";
  }
}

bool operator==(const address& a, const address& b) noexcept {
  return a.length_ == b.length_ && std::memcmp(&a.storage_, &b.storage_, a.length_) == 0;
}

}  // namespace lockstep::async
