// One echo server, by whichever means: echo_server lockstep-uring|lockstep-epoll|epoll|asio|uv. Prints its port, and
// serves until it is killed.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#include "asio.h"
#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"

namespace {

constexpr std::size_t kBuffer = 512;

void tell(int port) {
  std::printf("%d\n", port);
  std::fflush(stdout);
}

namespace ours {
using namespace lockstep::async;

task<> echo(stream s) {
  char buffer[kBuffer];
  try {
    while (std::size_t n = co_await s.read_some(buffer)) co_await s.write({buffer, n});
  } catch (const std::system_error&) {
    // The client is gone; the others are not to be.
  }
}
task<> serve() {
  listener l = listen(address::loopback());
  tell(l.local_address().port());
  co_await with_scope([&](scope& s) -> task<> {
    for (;;) s.spawn(echo(co_await l.accept()));
  });
}
}  // namespace ours

// The least that an epoll loop can do: level-triggered, one read and one write for each event.
void raw_epoll() {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0 || ::listen(listener, 4096) != 0) std::abort();
  socklen_t length = sizeof a;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&a), &length);
  tell(ntohs(a.sin_port));
  int set = ::epoll_create1(0);
  epoll_event e{};
  e.events = EPOLLIN;
  e.data.fd = listener;
  ::epoll_ctl(set, EPOLL_CTL_ADD, listener, &e);
  epoll_event events[256];
  char buffer[kBuffer];
  for (;;) {
    int n = ::epoll_wait(set, events, 256, -1);
    for (int i = 0; i < n; ++i) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int c = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (c < 0) continue;
        int on = 1;
        ::setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        e.data.fd = c;
        ::epoll_ctl(set, EPOLL_CTL_ADD, c, &e);
        continue;
      }
      ssize_t got = ::read(fd, buffer, sizeof buffer);
      if (got <= 0 || ::write(fd, buffer, static_cast<std::size_t>(got)) != got) ::close(fd);
    }
  }
}

namespace asio = boost::asio;
using asio::ip::tcp;

struct asio_session : std::enable_shared_from_this<asio_session> {
  explicit asio_session(tcp::socket s) : socket(std::move(s)) {}
  void read() {
    socket.async_read_some(asio::buffer(buffer), [self = shared_from_this()](auto error, std::size_t n) {
      if (!error) self->write(n);
    });
  }
  void write(std::size_t n) {
    asio::async_write(socket, asio::buffer(buffer, n), [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->read();
    });
  }
  tcp::socket socket;
  char buffer[kBuffer];
};
void asio_accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](auto error, tcp::socket s) {
    if (!error) {
      s.set_option(tcp::no_delay(true));
      std::make_shared<asio_session>(std::move(s))->read();
    }
    asio_accept(acceptor);
  });
}
void by_asio() {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor.listen(4096);
  tell(acceptor.local_endpoint().port());
  asio_accept(acceptor);
  context.run();
}

struct uv_session {
  uv_tcp_t socket;
  char buffer[kBuffer];
};
/// What could not be written at once.
struct uv_rest {
  uv_write_t request;
  std::string text;
};
void by_uv() {
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t server;
  uv_tcp_init(loop, &server);
  sockaddr_in a;
  uv_ip4_addr("127.0.0.1", 0, &a);
  uv_tcp_bind(&server, reinterpret_cast<sockaddr*>(&a), 0);
  uv_listen(reinterpret_cast<uv_stream_t*>(&server), 4096, [](uv_stream_t* listener, int) {
    auto* s = new uv_session;
    uv_tcp_init(listener->loop, &s->socket);
    s->socket.data = s;
    uv_accept(listener, reinterpret_cast<uv_stream_t*>(&s->socket));
    uv_tcp_nodelay(&s->socket, 1);
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&s->socket),
        [](uv_handle_t* h, std::size_t, uv_buf_t* b) {
          *b = uv_buf_init(static_cast<uv_session*>(h->data)->buffer, kBuffer);
        },
        [](uv_stream_t* stream, ssize_t n, const uv_buf_t* b) {
          if (n == 0 || uv_is_closing(reinterpret_cast<uv_handle_t*>(stream))) return;
          if (n < 0) {
            uv_close(reinterpret_cast<uv_handle_t*>(stream),
                     [](uv_handle_t* h) { delete static_cast<uv_session*>(h->data); });
            return;
          }
          uv_buf_t out = uv_buf_init(b->base, static_cast<unsigned>(n));
          int sent = uv_try_write(stream, &out, 1);
          if (sent == n || (sent < 0 && sent != UV_EAGAIN)) return;  // an error is read, too
          std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
          auto* rest = new uv_rest{{}, std::string(b->base + done, static_cast<std::size_t>(n) - done)};
          rest->request.data = rest;
          out = uv_buf_init(rest->text.data(), static_cast<unsigned>(rest->text.size()));
          uv_write(&rest->request, stream, &out, 1, [](uv_write_t* r, int) { delete static_cast<uv_rest*>(r->data); });
        });
  });
  int length = sizeof a;
  uv_tcp_getsockname(&server, reinterpret_cast<sockaddr*>(&a), &length);
  tell(ntohs(a.sin_port));
  uv_run(loop, UV_RUN_DEFAULT);
}

}  // namespace

int main(int argc, char** argv) {
  std::string kind = argc > 1 ? argv[1] : "";
  if (kind == "lockstep-uring") {
    lockstep::async::run(ours::serve(), {.backend = lockstep::async::backend_kind::io_uring});
  } else if (kind == "lockstep-epoll") {
    lockstep::async::run(ours::serve(), {.backend = lockstep::async::backend_kind::epoll});
  } else if (kind == "epoll") {
    raw_epoll();
  } else if (kind == "asio") {
    by_asio();
  } else if (kind == "uv") {
    by_uv();
  } else {
    std::fprintf(stderr, "echo_server lockstep-uring|lockstep-epoll|epoll|asio|uv\n");
    return 2;
  }
}
