#include "backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lockstep::async::internal {

namespace {

template <class Call>
int result_of(Call&& call) noexcept {
  for (;;) {
    auto r = call();
    if (r >= 0) return static_cast<int>(r);
    if (errno == EINTR) continue;
    return errno == EWOULDBLOCK ? -EAGAIN : -errno;
  }
}

int connect_once(io_op& op) noexcept {
  if (op.done == 0) {
    op.done = 1;
    // Not repeated after EINTR: the connection goes on being made.
    if (::connect(op.fd, static_cast<sockaddr*>(op.data), static_cast<socklen_t>(op.size)) == 0) return 0;
    return errno == EINPROGRESS || errno == EINTR ? -EAGAIN : -errno;
  }
  pollfd p{op.fd, POLLOUT, 0};
  if (::poll(&p, 1, 0) == 0) return -EAGAIN;
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(op.fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return -errno;
  return -error;
}

int send_all_once(io_op& op) noexcept {
  while (op.done < op.size) {
    int sent = result_of([&] { return ::send(op.fd, op.data_at(op.done), op.size - op.done, MSG_NOSIGNAL); });
    if (sent < 0) return sent;
    op.done += static_cast<std::size_t>(sent);
  }
  return static_cast<int>(op.done);
}

}  // namespace

int attempt(io_op& op) noexcept {
  switch (op.kind) {
    case io_kind::read:
      return result_of([&] {
        return op.offset < 0 ? ::read(op.fd, op.data, op.size) : ::pread(op.fd, op.data, op.size, op.offset);
      });
    case io_kind::write:
      return result_of([&] {
        return op.offset < 0 ? ::write(op.fd, op.data, op.size) : ::pwrite(op.fd, op.data, op.size, op.offset);
      });
    case io_kind::receive:
      return result_of([&] { return ::recv(op.fd, op.data, op.size, 0); });
    case io_kind::send_all:
      return send_all_once(op);
    case io_kind::receive_message:
      return result_of([&] { return ::recvmsg(op.fd, static_cast<msghdr*>(op.data), 0); });
    case io_kind::send_message:
      return result_of([&] { return ::sendmsg(op.fd, static_cast<msghdr*>(op.data), MSG_NOSIGNAL); });
    case io_kind::accept:
      return result_of([&] { return ::accept4(op.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); });
    case io_kind::connect:
      return connect_once(op);
    case io_kind::readable: {
      pollfd p{op.fd, POLLIN, 0};
      int ready = ::poll(&p, 1, 0);
      return ready > 0 ? 0 : ready == 0 ? -EAGAIN : -errno;
    }
    case io_kind::open:
    case io_kind::sync:
      break;
  }
  return -EOPNOTSUPP;
}

std::unique_ptr<backend> make_backend(backend_kind kind) {
  if (kind == backend_kind::automatic) {
    if (const char* wanted = std::getenv("LOCKSTEP_ASYNC_BACKEND"); wanted && *wanted) {
      std::string_view name = wanted;
      if (name == "epoll") {
        kind = backend_kind::epoll;
      } else if (name == "io_uring") {
        kind = backend_kind::io_uring;
      } else {
        throw std::invalid_argument("LOCKSTEP_ASYNC_BACKEND is '" + std::string(name) + "', not epoll or io_uring");
      }
    }
  }
  switch (kind) {
    case backend_kind::io_uring:
      return make_uring_backend();
    case backend_kind::epoll:
      return make_epoll_backend();
    case backend_kind::simulated:
      return make_simulated_backend();
    case backend_kind::automatic:
      break;
  }
  try {
    return make_uring_backend();
  } catch (const std::system_error&) {
    // Whatever the kernel or a container's filter has against it.
    return make_epoll_backend();
  }
}

// ---- io.h

void descriptor::close() noexcept {
  if (fd_ < 0) return;
  int fd = std::exchange(fd_, -1);
  io_state* state = std::exchange(state_, nullptr);
  if (here.current) {
    here.current->io().close(fd, state);
  } else {
    delete state;
    ::close(fd);
  }
}

bool io_op::begin(promise_base& p) noexcept {
  if (!enter(p)) {
    result = -ECANCELED;
    stopping = true;
    return false;
  }
  loop& l = p.context->loop();
  if (l.io().start(*this)) return true;
  leave();
  if (l.may_go_on()) return false;
  l.make_ready(p);
  return true;
}

void io_op::cancel() noexcept {
  stopping = true;
  waiter_->context->loop().io().cancel(*this);
}

void io_op::fail() const {
  if (result == -ECANCELED && stopping) throw cancelled{};
  static constexpr const char* kWhat[] = {"read",         "write",  "receive", "send", "receive a message",
                                          "send message", "accept", "connect", "poll", "open",
                                          "sync"};
  std::string what = kWhat[static_cast<int>(kind)];
  if (result == -EOPNOTSUPP && here.current && here.current->io().network()) {
    what += ": the simulated backend knows only the sockets and pipes that were made in the same run()";
  }
  throw std::system_error(-result, std::generic_category(), what);
}

std::string io_op::describe() const {
  static constexpr const char* kWhat[] = {"reading from",
                                          "writing to",
                                          "receiving from",
                                          "sending to",
                                          "receiving a message from",
                                          "sending a message to",
                                          "accepting connections of",
                                          "connecting",
                                          "waiting to read from",
                                          "opening a file",
                                          "syncing"};
  std::string what = kWhat[static_cast<int>(kind)];
  if (kind != io_kind::open) what += " descriptor " + std::to_string(fd);
  if (stopping) what += " (being cancelled)";
  return what;
}

}  // namespace lockstep::async::internal
