// A connection's life:
//   idle      waits for the first byte of a request; in the server's list, so that it can be ended
//   reading   the head, until header_timeout
//   answering the handler runs, and reads the body as it likes
//   sending   the answer; then idle, or
//   closing   the client may still be sending: it is read and dropped for a moment, or the kernel would answer with a
//             reset that may overtake our answer
// The accept loop and the connections run behind a shield, so that a cancellation from outside is ours to carry out:
// it ends accepting, then what is idle, then, at shutdown_timeout, the rest.
#include "lockstep/async/http_server.h"

#include <errno.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <list>
#include <stop_token>
#include <system_error>
#include <utility>

#include "http_connection.h"
#include "lockstep/async/channel.h"
#include "lockstep/async/errors.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/shield.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"

namespace lockstep::async::http {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::size_t kJoinedReply = 65536;     // a body of at most that is sent with the head, in one go
constexpr std::size_t kPart = 262144;           // a larger one is sent, and timed, in such pieces
constexpr std::size_t kSwallowedRest = 262144;  // of a request's body that the handler did not want
constexpr auto kClosing = 1s;
constexpr auto kWithoutDescriptors = 50ms;

class server_state {
 public:
  server_state(handler h, server_options o) : answer(std::move(h)), options(std::move(o)) {}

  void report(const std::string& what) const noexcept {
    try {
      if (options.on_error) {
        options.on_error(what);
      } else {
        std::fprintf(stderr, "lockstep::async::http::serve: %s\n", what.c_str());
      }
    } catch (...) {
      // Nobody is left to tell.
    }
  }
  /// Made once a second.
  const std::string& date() {
    ::time_t now = ::time(nullptr);
    if (now != date_of_) {
      date_of_ = now;
      date_ = http_date(now);
    }
    return date_;
  }
  /// So long may a piece of `bytes` take.
  std::chrono::milliseconds budget(std::chrono::milliseconds base, std::uint64_t bytes) const {
    return base + std::chrono::milliseconds(bytes * 1000 / std::max<std::uint32_t>(options.min_rate, 1));
  }
  void end_idle() noexcept {
    for (internal::context* c : idle) c->cancel();
  }
  bool end_longest_idle() noexcept {
    for (internal::context* c : idle) {
      if (c->is_cancelled()) continue;
      c->cancel();
      return true;
    }
    return false;
  }

  const handler answer;
  const server_options options;
  std::list<internal::context*> idle;  // the longest idle one first
  std::size_t connections = 0;
  bool stopping = false;
  scope* all = nullptr;        // of the connections
  channel<char> one_ended{1};  // for the accept loop

 private:
  std::string date_;
  ::time_t date_of_ = -1;
};

/// Where a request wants to go. False: it is none that we understand.
bool split_target(const std::string& target, std::string& path, std::string_view& query) {
  std::string_view rest = target;
  if (!rest.starts_with('/')) {
    // The absolute form, as for a proxy.
    std::size_t scheme = rest.find("://");
    if (rest == "*") {
      path = rest;
      return true;
    }
    if (scheme == std::string_view::npos) return false;
    std::size_t slash = rest.find_first_of("/?", scheme + 3);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  std::size_t mark = rest.find('?');
  if (mark != std::string_view::npos) query = rest.substr(mark + 1);
  rest = rest.substr(0, mark);
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    if (c == '%') {
      if (rest.size() - i < 3 || digit(rest[i + 1]) < 0 || digit(rest[i + 2]) < 0) return false;
      c = static_cast<char>(digit(rest[i + 1]) * 16 + digit(rest[i + 2]));
      i += 2;
      if (c == '\0') return false;
    }
    path += c;
  }
  if (path.empty()) path = "/";
  return true;
}

int status_of(failure f) {
  switch (f) {
    case failure::unsupported:
      return 501;
    case failure::header_limit:
      return 431;
    case failure::body_limit:
      return 413;
    case failure::body_timeout:
      return 408;
    default:
      return 400;
  }
}

response plain_answer(int status, const std::string& text) {
  return {status, text + "\n", "text/plain; charset=utf-8"};
}

}  // namespace

class server_exchange {
 public:
  server_exchange(server_state& s, connection& c)
      : server(s),
        link(c),
        parser(message_parser::kind::request, {s.options.max_header_bytes, s.options.max_body_bytes}) {}

  task<std::size_t> read(std::span<char> to) {
    if (parser.done() || to.empty()) co_return 0;
    if (failed) throw *failed;
    try {
      if (std::exchange(wants_permission, false) && link.buffered().empty()) {
        co_await with_timeout(server.options.write_timeout, link.send("HTTP/1.1 100 Continue\r\n\r\n"));
      }
      // Only waiting counts: a handler may take its time.
      clock::time_point begin = now();
      std::size_t n = co_await with_timeout(server.budget(server.options.body_timeout, received) - waited,
                                            link.read_body(parser, to));
      waited += std::chrono::duration_cast<std::chrono::milliseconds>(now() - begin);
      received += n;
      co_return n;
    } catch (const timeout_error&) {
      failed = error(failure::body_timeout, "lockstep::async::http: the client sends its body too slowly");
    } catch (const error& e) {
      failed = e;
    } catch (const std::exception& e) {
      failed = error(failure::truncated, std::string("lockstep::async::http: the client is gone: ") + e.what(),
                     std::current_exception());
    }
    throw *failed;
  }

  task<std::string> read_all() {
    std::string body;
    std::size_t filled = 0;
    for (;;) {
      if (filled == body.size()) body.resize(std::max<std::size_t>(4096, 2 * filled));
      std::size_t n = co_await read(std::span<char>(body).subspan(filled));
      filled += n;
      if (n == 0) break;
    }
    body.resize(filled);
    co_return body;
  }

  server_state& server;
  connection& link;
  message_parser parser;
  std::string path;
  std::string_view query;
  bool wants_permission = false;  // Expect: 100-continue, and nothing of the body has come
  std::optional<error> failed;    // reading the body
  std::uint64_t received = 0;
  std::chrono::milliseconds waited{0};
};

const std::string& incoming::method() const noexcept { return exchange_.parser.head().method; }
const std::string& incoming::target() const noexcept { return exchange_.parser.head().target; }
const std::string& incoming::path() const noexcept { return exchange_.path; }
std::string_view incoming::query() const noexcept { return exchange_.query; }
const http::headers& incoming::headers() const noexcept { return exchange_.parser.head().headers; }
address incoming::remote_address() const { return exchange_.link.remote_address(); }
bool incoming::secure() const noexcept { return exchange_.link.secure(); }
std::optional<std::uint64_t> incoming::length() const { return exchange_.parser.length(); }
task<std::size_t> incoming::read_some(std::span<char> to) { return exchange_.read(to); }
task<std::string> incoming::read_all() { return exchange_.read_all(); }

namespace {

/// Waits for the first byte of a request. False: the connection is to be closed.
task<bool> wait_for_request(server_state& server, connection& c) {
  internal::promise_base& self = co_await internal::this_context{};
  internal::timed_context limit(self, self.context->loop().now() + internal::to_ns(server.options.idle_timeout));
  auto place = server.idle.insert(server.idle.end(), &limit);
  bool more = false;
  try {
    auto filling = c.fill();
    more = co_await filling.in(&limit);
  } catch (const cancelled&) {
    if (self.context->is_cancelled()) {
      server.idle.erase(place);
      throw;
    }
  } catch (...) {
    server.idle.erase(place);
    throw;
  }
  server.idle.erase(place);
  co_return more;
}

task<> send(server_state& server, connection& c, std::string_view text) {
  while (!text.empty()) {
    std::string_view part = text.substr(0, kPart);
    co_await with_timeout(server.budget(server.options.write_timeout, part.size()), c.send(part));
    text.remove_prefix(part.size());
  }
}

/// False: the connection cannot be used again.
task<bool> send_response(server_state& server, connection& c, response& r, const message_head* request, bool keep) {
  bool old = request && request->version == 10;
  bool bodiless = r.status == 204 || r.status == 304 || (r.status >= 100 && r.status < 200);
  bool to_head = request && request->method == "HEAD";
  bool streams = static_cast<bool>(r.source.read);
  bool chunks = streams && !r.source.size && !bodiless;
  if (chunks && old) keep = false;  // its end is that of the connection
  if (has_token(r.headers, "Connection", "close")) keep = false;

  std::string head;
  head.reserve(256);
  head += "HTTP/1.1 ";
  head += std::to_string(r.status);
  head += ' ';
  head += r.reason.empty() ? usual_reason(r.status) : std::string_view(r.reason);
  head += "\r\n";
  for (const auto& [name, value] : r.headers) {
    // How the message is cut is ours to say.
    if (same_text(name, "Connection") || same_text(name, "Transfer-Encoding") || same_text(name, "Content-Length")) {
      continue;
    }
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  if (!r.headers.contains("Date")) head += "Date: " + server.date() + "\r\n";
  if (!server.options.server_name.empty() && !r.headers.contains("Server")) {
    head += "Server: " + server.options.server_name + "\r\n";
  }
  if (chunks) {
    if (!old) head += "Transfer-Encoding: chunked\r\n";
  } else if (!bodiless) {
    head += "Content-Length: " + std::to_string(streams ? *r.source.size : r.body.size()) + "\r\n";
  }
  if (!keep) {
    head += "Connection: close\r\n";
  } else if (old) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  if (bodiless || to_head) {
    co_await send(server, c, head);
    co_return keep;
  }
  if (!streams) {
    if (r.body.size() <= kJoinedReply) {
      head += r.body;
      co_await send(server, c, head);
    } else {
      co_await send(server, c, head);
      co_await send(server, c, r.body);
    }
    co_return keep;
  }
  co_await send(server, c, head);
  body_encoder encoder(r.source, chunks && !old);
  for (;;) {
    std::string_view piece;
    try {
      piece = co_await encoder.next();
    } catch (const std::exception& e) {
      // The head has promised more: all that is left is to break off.
      server.report(std::string("the body of an answer broke off: ") + e.what());
      c.close();
      co_return false;
    }
    if (piece.empty()) co_return keep;
    co_await send(server, c, piece);
  }
}

/// Lets the client read the answer before it notices that nobody reads what it sends.
task<> linger(connection& c) {
  co_await c.send_end();
  for (;;) {
    c.consume(c.buffered().size());
    bool more = co_await c.fill();
    if (!more) co_return;
  }
}
task<> close_after_answer(connection& c) {
  try {
    co_await with_timeout(kClosing, linger(c));
  } catch (const std::exception&) {
    // It is closed in any case.
  }
}

task<> refuse(server_state& server, connection& c, int status, const std::string& why) {
  response r = plain_answer(status, why);
  co_await send_response(server, c, r, nullptr, false);
  co_await close_after_answer(c);
}

/// What the handler gives, or what its exception means.
task<response> ask_handler(server_state& server, server_exchange& x) {
  std::string what;
  internal::promise_base& self = co_await internal::this_context{};
  try {
    incoming request(x);
    response r = co_await server.answer(request);
    if (r.status >= 200 && r.status <= 999 && r.reason.find_first_of("\r\n") == std::string::npos) co_return r;
    what = "its answer has no status of 200 to 999, or a line end in its reason";
  } catch (const std::exception& e) {
    what = e.what();
  } catch (const cancelled&) {
    if (self.context->is_cancelled()) throw;
    what = "cancelled, which it is not";
  } catch (...) {
    what = "an exception that is no std::exception";
  }
  if (x.failed) co_return plain_answer(status_of(x.failed->failure()), x.failed->what());
  server.report(x.parser.head().method + " " + x.parser.head().target + ": the handler failed: " + what);
  co_return plain_answer(500, "The server failed.");
}

/// What the handler did not read. False: too much.
task<bool> drop_rest(server_exchange& x) {
  char unread[4096];
  for (std::size_t all = 0; !x.parser.done();) {
    if (all > kSwallowedRest) co_return false;
    try {
      all += co_await x.read(unread);
    } catch (const error&) {
      co_return false;
    }
  }
  co_return true;
}

/// One request and its answer. False: the connection is to be closed.
task<bool> serve_request(server_state& server, connection& c) {
  server_exchange x(server, c);
  int refused = 0;
  std::string why;
  try {
    // Mostly the head is there as a whole.
    c.consume(x.parser.put_head(c.buffered()));
    if (!x.parser.head_done()) {
      bool begun = co_await with_timeout(server.options.header_timeout, c.read_head(x.parser));
      if (!begun) co_return false;
    }
  } catch (const timeout_error&) {
    refused = 408;
    why = "The request's head did not come in time.";
  } catch (const error& e) {
    if (e.failure() == failure::truncated) co_return false;
    refused = status_of(e.failure());
    why = e.what();
    if (e.failure() == failure::unsupported && x.parser.head().method.empty()) refused = 505;  // its first line
  }
  if (refused != 0) {
    co_await refuse(server, c, refused, why);
    co_return false;
  }
  const message_head& head = x.parser.head();
  if (!split_target(head.target, x.path, x.query)) {
    co_await refuse(server, c, 400, "The target of the request is not understood.");
    co_return false;
  }
  x.wants_permission = !x.parser.done() && head.version == 11 && has_token(head.headers, "Expect", "100-continue");
  response r = co_await ask_handler(server, x);
  // A client that was not told to go on may send the body or not: nobody can tell what comes next.
  bool keep = x.parser.keep_alive() && !server.stopping && !x.failed && !(x.wants_permission && !x.parser.done());
  keep = co_await send_response(server, c, r, &head, keep);
  if (keep && !x.parser.done()) {
    keep = co_await drop_rest(x);
  }
  if (!keep) co_await close_after_answer(c);
  co_return keep;
}

task<> serve_connection(server_state& server, stream s) {
  try {
    std::optional<connection> c;
    if (server.options.tls) {
      c.emplace(co_await with_timeout(server.options.header_timeout, tls_accept(*server.options.tls, std::move(s))));
    } else {
      c.emplace(std::move(s));
    }
    // (Each co_await is a statement of its own where GCC 12 goes wrong otherwise: in the conditions of loops, and ?:.)
    for (bool more = true; more;) {
      if (c->buffered().empty()) {
        if (server.stopping) break;
        bool begun = co_await wait_for_request(server, *c);
        if (!begun) break;
      }
      more = co_await serve_request(server, *c);
    }
  } catch (const tls_error&) {
    // The client's; whoever scans for open ports makes many.
  } catch (const std::system_error&) {
    // It is gone.
  } catch (const timeout_error&) {
    // It takes nothing, or no TLS came of it.
  } catch (const std::exception& e) {
    server.report(std::string("a connection: ") + e.what());
  }
}

/// Counts it.
task<> one_connection(server_state& server, stream s) {
  struct counted {
    server_state& server;
    ~counted() {
      --server.connections;
      char word = 0;
      server.one_ended.try_send(word);
      // Nobody is left: the wait for shutdown_timeout is over.
      if (server.stopping && server.connections == 0) server.all->cancel();
    }
  } count{server};
  co_await serve_connection(server, std::move(s));
}

task<> accept_all(server_state& server, listener& l) {
  for (;;) {
    while (server.connections >= std::max<std::size_t>(server.options.max_connections, 1)) {
      internal::void_op somebody_waits(internal::io_kind::readable, l.fd());
      co_await somebody_waits;
      server.one_ended.try_receive();  // of one that ended before
      server.end_longest_idle();
      co_await server.one_ended.receive();
    }
    bool none_left = false;
    try {
      stream s = co_await l.accept();
      ++server.connections;
      server.all->spawn(one_connection(server, std::move(s)));
      continue;
    } catch (const std::system_error& e) {
      int code = e.code().value();
      none_left = code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
      // What ended before it was accepted is nobody's fault.
      if (!none_left && code != ECONNABORTED && code != EPROTO && code != ENETDOWN && code != EHOSTUNREACH &&
          code != ENETUNREACH && code != ENONET && code != EHOSTDOWN && code != EPERM) {
        throw;
      }
      if (none_left) server.report(std::string("no connection can be accepted for now: ") + e.what());
    }
    if (none_left) {
      server.end_longest_idle();
      co_await sleep_for(kWithoutDescriptors);
    }
  }
}

task<> end_at(scope& s, std::chrono::milliseconds limit) {
  co_await sleep_for(limit);
  s.cancel();
}

task<> run_server(server_state& server, listener& l, std::stop_token outside) {
  std::exception_ptr failed;
  co_await with_scope([&](scope& connections) -> task<> {
    server.all = &connections;
    try {
      co_await with_scope([&](scope& accepting) -> task<> {
        std::stop_callback stop(outside, [&accepting] { accepting.cancel(); });
        co_await accept_all(server, l);
      });
    } catch (const std::exception&) {
      failed = std::current_exception();
    }
    server.stopping = true;
    server.end_idle();
    if (server.connections != 0) connections.spawn(end_at(connections, server.options.shutdown_timeout));
  });
  if (failed) std::rethrow_exception(failed);
}

}  // namespace

task<> serve(listener& l, handler h, server_options options) {
  server_state server(std::move(h), std::move(options));
  std::stop_token outside = co_await stop_token();
  co_await shield(run_server(server, l, std::move(outside)));
  if (co_await is_cancelled()) throw cancelled{};
}

}  // namespace lockstep::async::http
