#include "simulated_network.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace lockstep::async::internal {

namespace {

/// Bound to every address of the machine?
bool is_any(const address& a) noexcept {
  if (a.family() == AF_INET) return reinterpret_cast<const sockaddr_in*>(a.get())->sin_addr.s_addr == INADDR_ANY;
  if (a.family() == AF_INET6) {
    return std::memcmp(&reinterpret_cast<const sockaddr_in6*>(a.get())->sin6_addr, &in6addr_any, sizeof in6addr_any) ==
           0;
  }
  return false;
}
void set_port(address& a, std::uint16_t port) noexcept {
  if (a.family() == AF_INET) reinterpret_cast<sockaddr_in*>(a.get())->sin_port = htons(port);
  if (a.family() == AF_INET6) reinterpret_cast<sockaddr_in6*>(a.get())->sin6_port = htons(port);
}
bool reaches(const address& bound, const address& to) noexcept {
  return bound == to || (is_any(bound) && bound.family() == to.family() && bound.port() == to.port());
}

}  // namespace

void simulated_network::connection::close() noexcept {
  if (in) {
    in->reader_gone = true;
    if (out && !in->bytes.empty()) out->reset = true;
  }
  if (out) out->ended = true;
}

const simulated_network::end* simulated_network::find(int fd) const {
  auto found = ends_.find(fd);
  return found == ends_.end() ? nullptr : &found->second;
}

const simulated_network::end* simulated_network::bound_to(const address& where, int type) const {
  for (const auto& [fd, e] : ends_) {
    if (e.type == type && (e.listening || type == SOCK_DGRAM) && reaches(e.local, where)) return &e;
  }
  return nullptr;
}

int simulated_network::add(end e) {
  ends_.emplace(next_, std::move(e));
  return next_++;
}

address simulated_network::unused_address(int family, int type) {
  address a = family == AF_INET6 ? address::ip("::1", 0) : address::loopback();
  if (family == AF_UNIX) return address();
  do set_port(a, next_port_++);
  while (bound_to(a, type));
  return a;
}

int simulated_network::make_socket(int type) {
  end e;
  e.type = type;
  return add(std::move(e));
}

int simulated_network::bind(int fd, const address& where) {
  end* e = find(fd);
  if (!e) return -EBADF;
  address wanted = where;
  if (wanted.family() != AF_UNIX && wanted.port() == 0) {
    set_port(wanted, unused_address(wanted.family(), e->type).port());
  } else if (bound_to(wanted, e->type)) {
    return -EADDRINUSE;
  }
  e->local = wanted;
  return 0;
}

int simulated_network::listen(int fd, int backlog) {
  end* e = find(fd);
  if (!e) return -EBADF;
  e->listening = true;
  e->backlog = static_cast<std::size_t>(std::max(backlog, 1));
  return 0;
}

int simulated_network::make_pair(int (&fds)[2]) {
  auto there = std::make_shared<flow>();
  auto back = std::make_shared<flow>();
  end a;
  a.type = SOCK_STREAM;
  end b = a;
  a.connected = {there, back, {}};
  b.connected = {back, there, {}};
  fds[0] = add(std::move(a));
  fds[1] = add(std::move(b));
  return 0;
}

int simulated_network::make_pipe(int (&fds)[2]) {
  auto bytes = std::make_shared<flow>();
  end read;
  end write;
  read.connected.in = bytes;
  write.connected.out = bytes;
  fds[0] = add(std::move(read));
  fds[1] = add(std::move(write));
  return 0;
}

int simulated_network::shutdown_write(int fd) {
  end* e = find(fd);
  if (!e) return -EBADF;
  if (!e->connected.out) return -ENOTCONN;
  e->connected.out->ended = true;
  return 0;
}

int simulated_network::name_of(int fd, bool of_peer, address& name) {
  const end* e = find(fd);
  if (!e) return -EBADF;
  if (of_peer && !e->connected.out) return -ENOTCONN;
  name = of_peer ? e->connected.peer : e->local;
  return 0;
}

void simulated_network::close(int fd) noexcept {
  auto found = ends_.find(fd);
  if (found == ends_.end()) return;
  found->second.connected.close();
  for (connection& c : found->second.waiting) {
    c.close();
    c.out->reset = true;
  }
  ends_.erase(found);
}

bool simulated_network::possible(const io_op& op) const {
  const end* e = find(op.fd);
  if (!e) return true;
  const connection& c = e->connected;
  switch (op.kind) {
    case io_kind::read:
    case io_kind::receive:
      return !c.in || c.in->readable();
    case io_kind::readable:
      return e->listening ? !e->waiting.empty() : !c.in || c.in->readable();
    case io_kind::write:
    case io_kind::send_all:
      return !c.out || c.out->reader_gone || c.out->ended || c.out->bytes.size() < kRoom;
    case io_kind::receive_message:
      return e->type != SOCK_DGRAM || !e->datagrams.empty();
    case io_kind::accept:
      return !e->listening || !e->waiting.empty();
    case io_kind::connect: {
      const end* l = bound_to(address(static_cast<const sockaddr*>(op.data), static_cast<socklen_t>(op.size)), e->type);
      return !l || l->waiting.size() < l->backlog;
    }
    case io_kind::send_message:
    case io_kind::open:
    case io_kind::sync:
      break;
  }
  return true;
}

int simulated_network::attempt(io_op& op) {
  // A descriptor of the kernel's, or a file: there is nobody to ask.
  if (op.fd < kFirst) return -EOPNOTSUPP;
  end* e = find(op.fd);
  if (!e) return -EBADF;
  connection& c = e->connected;
  switch (op.kind) {
    case io_kind::read:
    case io_kind::receive:
      return c.in ? read(*c.in, op) : -ENOTCONN;
    case io_kind::readable:
      return possible(op) ? 0 : -EAGAIN;
    case io_kind::write:
      return write(c, static_cast<const char*>(op.data), op.size);
    case io_kind::send_all: {
      int n = write(c, op.data_at(op.done), op.size - op.done);
      if (n < 0) return n;
      op.done += static_cast<std::size_t>(n);
      return op.done == op.size ? static_cast<int>(op.done) : -EAGAIN;
    }
    case io_kind::accept:
      return accept(*e);
    case io_kind::connect:
      return connect(op, *e);
    case io_kind::receive_message:
      return receive_message(op, *e);
    case io_kind::send_message:
      return send_message(op, *e);
    case io_kind::open:
    case io_kind::sync:
      break;
  }
  return -EOPNOTSUPP;
}

int simulated_network::read(flow& from, io_op& op) {
  if (!from.bytes.empty()) {
    std::size_t n = from.bytes.copy(static_cast<char*>(op.data), op.size);
    from.bytes.erase(0, n);
    return static_cast<int>(n);
  }
  if (from.reset) return -ECONNRESET;
  return from.ended ? 0 : -EAGAIN;
}

int simulated_network::write(connection& c, const char* from, std::size_t size) {
  if (!c.out) return -ENOTCONN;
  if (c.out->reader_gone || c.out->ended) return -EPIPE;
  if (size == 0) return 0;
  std::size_t n = std::min(size, kRoom - c.out->bytes.size());
  if (n == 0) return -EAGAIN;
  c.out->bytes.append(from, n);
  return static_cast<int>(n);
}

int simulated_network::connect(io_op& op, end& e) {
  address to(static_cast<const sockaddr*>(op.data), static_cast<socklen_t>(op.size));
  if (e.connected.out) return -EISCONN;
  auto* l = const_cast<end*>(bound_to(to, e.type));
  if (!l) return -ECONNREFUSED;
  if (l->waiting.size() >= l->backlog) return -EAGAIN;
  if (e.local.length() == 0) e.local = unused_address(to.family(), e.type);
  auto there = std::make_shared<flow>();
  auto back = std::make_shared<flow>();
  e.connected = {back, there, to};
  l->waiting.push_back({there, back, e.local});
  return 0;
}

int simulated_network::accept(end& e) {
  if (!e.listening) return -EINVAL;
  if (e.waiting.empty()) return -EAGAIN;
  end accepted;
  accepted.type = e.type;
  accepted.local = e.local;
  accepted.connected = std::move(e.waiting.front());
  e.waiting.pop_front();
  return add(std::move(accepted));
}

int simulated_network::send_message(io_op& op, end& e) {
  const auto& message = *static_cast<const msghdr*>(op.data);
  if (e.type != SOCK_DGRAM) return -EOPNOTSUPP;
  address to(static_cast<const sockaddr*>(message.msg_name), message.msg_namelen);
  std::string_view bytes(static_cast<const char*>(message.msg_iov[0].iov_base), message.msg_iov[0].iov_len);
  auto* receiver = const_cast<end*>(bound_to(to, SOCK_DGRAM));
  if (receiver && receiver->datagrams.size() < kDatagrams) receiver->datagrams.push_back({std::string(bytes), e.local});
  return static_cast<int>(bytes.size());
}

int simulated_network::receive_message(io_op& op, end& e) {
  auto& message = *static_cast<msghdr*>(op.data);
  if (e.type != SOCK_DGRAM) return -EOPNOTSUPP;
  if (e.datagrams.empty()) return -EAGAIN;
  const datagram& d = e.datagrams.front();
  std::size_t n = d.bytes.copy(static_cast<char*>(message.msg_iov[0].iov_base), message.msg_iov[0].iov_len);
  std::memcpy(message.msg_name, d.from.get(), std::min(message.msg_namelen, d.from.length()));
  message.msg_namelen = d.from.length();
  e.datagrams.pop_front();
  return static_cast<int>(n);
}

}  // namespace lockstep::async::internal
