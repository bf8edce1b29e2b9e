#include "lockstep/async/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#include "lockstep/async/time.h"
#include "simulated_network.h"

namespace lockstep::async {

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

internal::simulated_network* simulation() {
  return internal::here.current ? internal::here.current->io().network() : nullptr;
}
/// A result of the simulation's, as of a system call.
int as_call(int result) noexcept {
  if (result >= 0) return result;
  errno = -result;
  return -1;
}

internal::descriptor make_socket(int family, int type) {
  if (!internal::here.current) throw std::logic_error("lockstep::async: a socket is made outside of run()");
  if (auto* n = simulation()) return internal::descriptor(n->make_socket(type));
  type |= SOCK_CLOEXEC;
  if (internal::here.current->io().nonblocking()) type |= SOCK_NONBLOCK;
  int fd = ::socket(family, type, 0);
  if (fd < 0) fail("socket");
  return internal::descriptor(fd);
}

void set_option(int fd, int level, int option, int value) {
  if (::setsockopt(fd, level, option, &value, sizeof value) != 0) fail("setsockopt");
}

address name_of(int fd, int (*call)(int, sockaddr*, socklen_t*)) {
  address a;
  if (auto* n = simulation()) {
    if (as_call(n->name_of(fd, call == ::getpeername, a)) != 0) fail("address of a socket");
    return a;
  }
  socklen_t length = address::capacity();
  if (call(fd, a.get(), &length) != 0) fail("address of a socket");
  a.set_length(length);
  return a;
}

void bind_to(int fd, const address& where) {
  auto* n = simulation();
  if ((n ? as_call(n->bind(fd, where)) : ::bind(fd, where.get(), where.length())) != 0) {
    fail("bind to " + where.to_string());
  }
}

/// Harmless on what is no TCP socket.
void no_delay(int fd) noexcept {
  if (simulation()) return;
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

void stream::shutdown_write() {
  auto* n = simulation();
  if ((n ? as_call(n->shutdown_write(fd())) : ::shutdown(fd(), SHUT_WR)) != 0) fail("shutdown");
}
address stream::local_address() const { return name_of(fd(), ::getsockname); }
address stream::remote_address() const { return name_of(fd(), ::getpeername); }
void stream::set_nagle(bool on) {
  if (!simulation()) set_option(fd(), IPPROTO_TCP, TCP_NODELAY, on ? 0 : 1);
}

stream listener::accept_op::await_resume() const {
  internal::descriptor d(io_op::await_resume());
  no_delay(d.fd());
  return stream(std::move(d));
}
address listener::local_address() const { return name_of(fd(), ::getsockname); }

listener listen(const address& where, const listen_options& options) {
  internal::descriptor d = make_socket(where.family(), SOCK_STREAM);
  auto* n = simulation();
  if (where.family() != AF_UNIX && !n) {
    if (options.reuse_address) set_option(d.fd(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reuse_port) set_option(d.fd(), SOL_SOCKET, SO_REUSEPORT, 1);
  }
  bind_to(d.fd(), where);
  if ((n ? as_call(n->listen(d.fd(), options.backlog)) : ::listen(d.fd(), options.backlog)) != 0) {
    fail("listen on " + where.to_string());
  }
  return listener(std::move(d));
}

namespace {

/// A Unix socket that does not block is told EAGAIN while the listener's backlog is full, and nothing tells when there
/// is room: it asks again.
task<> connect_by_asking(int fd, const address& to) {
  constexpr std::chrono::milliseconds kLongest(64);
  for (std::chrono::milliseconds pause(1);; pause = std::min(2 * pause, kLongest)) {
    if (::connect(fd, to.get(), to.length()) == 0) co_return;
    if (errno != EAGAIN) fail("connect");
    co_await sleep_for(pause);
  }
}

}  // namespace

task<stream> connect(address to) {
  internal::descriptor d = make_socket(to.family(), SOCK_STREAM);
  try {
    if (to.family() == AF_UNIX && internal::here.current->io().nonblocking()) {
      co_await yield();  // throws if the task is cancelled
      co_await connect_by_asking(d.fd(), to);
    } else {
      co_await internal::void_op(internal::io_kind::connect, d.fd(), to.get(), to.length());
    }
  } catch (const std::system_error& e) {
    throw std::system_error(e.code(), "connect to " + to.to_string());
  }
  no_delay(d.fd());
  co_return stream(std::move(d));
}

std::pair<stream, stream> stream_pair() {
  int fds[2];
  if (auto* n = simulation()) {
    n->make_pair(fds);
  } else {
    int type = SOCK_STREAM | SOCK_CLOEXEC;
    if (internal::here.current && internal::here.current->io().nonblocking()) type |= SOCK_NONBLOCK;
    if (::socketpair(AF_UNIX, type, 0, fds) != 0) fail("socketpair");
  }
  return {stream(internal::descriptor(fds[0])), stream(internal::descriptor(fds[1]))};
}

datagram_socket::datagram_socket(const address& where) : descriptor_(make_socket(where.family(), SOCK_DGRAM)) {
  bind_to(fd(), where);
}

task<datagram_socket::received> datagram_socket::receive_from(std::span<char> to) {
  received r{};
  iovec part{to.data(), to.size()};
  msghdr message{};
  message.msg_name = r.from.get();
  message.msg_namelen = address::capacity();
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  r.size = co_await internal::bytes_op(internal::io_kind::receive_message, fd(), &message);
  r.from.set_length(message.msg_namelen);
  co_return r;
}

task<> datagram_socket::send_to(std::string_view from, address to) {
  iovec part{const_cast<char*>(from.data()), from.size()};
  msghdr message{};
  message.msg_name = to.get();
  message.msg_namelen = to.length();
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  co_await internal::bytes_op(internal::io_kind::send_message, fd(), &message);
}

address datagram_socket::local_address() const { return name_of(fd(), ::getsockname); }

}  // namespace lockstep::async
