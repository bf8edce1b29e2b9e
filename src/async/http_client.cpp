// Who owns what: a client_core, the pools of its hosts; an exchange, one request and its answer, and with it a lease: the
// right to one connection of a host, and that connection. The right is an item of a channel, so that whoever waits for
// one is served in turn. Open connections to a host are never more than there are rights: a new one is made only by the
// holder of a right who finds no idle one.
#include "lockstep/async/http_client.h"

#include <arpa/inet.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "http_connection.h"
#include "http_url.h"
#include "lockstep/async/channel.h"
#include "lockstep/async/dns.h"
#include "lockstep/async/errors.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/to_thread.h"

namespace lockstep::async::http {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t kJoined = 16384;     // a body of at most that is sent with the head, in one go
constexpr std::size_t kSwallowed = 65536;  // of a redirection's body, to keep the connection
constexpr std::string_view kPrefix = "lockstep::async::http: ";

bool is_numeric(const std::string& host) {
  char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

bool is_idempotent(std::string_view method) {
  for (std::string_view m : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    if (method == m) return true;
  }
  return false;
}

/// The exception that is being handled, as an error about `what`. What is none of ours passes as it is.
[[noreturn]] void throw_about(const std::string& what, failure otherwise) {
  auto words = [&what](const char* text) {
    std::string_view w = text;
    for (std::string_view prefix : {kPrefix, std::string_view("lockstep::async: ")}) {
      if (w.starts_with(prefix)) w.remove_prefix(prefix.size());
    }
    return std::string(kPrefix) + what + ": " + std::string(w);
  };
  try {
    throw;
  } catch (const error& e) {
    throw error(e.failure(), words(e.what()), e.cause());
  } catch (const tls_error& e) {
    throw error(failure::tls, words(e.what()), std::current_exception());
  } catch (const resolve_error& e) {
    throw error(failure::connect, words(e.what()), std::current_exception());
  } catch (const std::system_error& e) {
    throw error(otherwise, words(e.what()), std::current_exception());
  }
}

struct host_pool {
  struct idle {
    connection c;
    clock::time_point since;
  };

  explicit host_pool(std::size_t most) : rights(most) {
    for (std::size_t i = 0; i < most; ++i) {
      char right = 0;
      rights.try_send(right);
    }
  }

  std::vector<idle> kept;  // the one used last is at the end
  channel<char> rights;
  std::size_t users = 0;  // leases, and those who wait for one
};

}  // namespace

class client_core : public std::enable_shared_from_this<client_core> {
 public:
  explicit client_core(client_options o) : options(std::move(o)) {
    if (options.max_connections == 0) throw std::invalid_argument("lockstep::async::http: max_connections is 0");
  }

  class lease {
   public:
    lease(std::shared_ptr<client_core> core, std::string origin) : core_(std::move(core)), origin_(std::move(origin)) {
      std::shared_ptr<host_pool>& p = core_->hosts_[origin_];
      if (!p) p = std::make_shared<host_pool>(core_->options.max_connections);
      pool_ = p;
      ++pool_->users;
    }
    ~lease() {
      c.reset();
      if (held_) {
        char right = 0;
        pool_->rights.try_send(right);
      }
      if (--pool_->users == 0 && pool_->kept.empty()) core_->hosts_.erase(origin_);
    }
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;

    /// An idle connection, if there is one that lives.
    task<> take() {
      co_await pool_->rights.receive();
      held_ = true;
      clock::time_point now = async::now();
      while (!c && !pool_->kept.empty()) {
        host_pool::idle& last = pool_->kept.back();
        if (now - last.since <= core_->options.idle_timeout && !last.c.has_ended()) c = std::move(last.c);
        pool_->kept.pop_back();
        --core_->idle_;
      }
      reused = c.has_value();
    }
    void give_back() {
      if (core_->options.max_idle == 0) {
        c.reset();
        return;
      }
      if (core_->idle_ == core_->options.max_idle) core_->drop_oldest();
      pool_->kept.push_back({std::move(*c), async::now()});
      c.reset();
      ++core_->idle_;
    }

    std::optional<connection> c;
    bool reused = false;

   private:
    std::shared_ptr<client_core> core_;
    std::string origin_;
    std::shared_ptr<host_pool> pool_;
    bool held_ = false;
  };

  /// The answer's head, after redirections.
  task<std::unique_ptr<exchange>> start(request r, clock::time_point deadline);
  std::size_t idle() const noexcept { return idle_; }

  const client_options options;

 private:
  task<connection> connect(const url& u);
  task<connection> dial(const url& u);
  task<std::unique_ptr<exchange>> once(request& r, const url& u);
  task<bool> send(request& r, const url& u, connection& c, std::exception_ptr& failed);
  task<> receive_head(connection& c, message_parser& p, bool to_head);

  void drop_oldest() {
    host_pool* where = nullptr;
    for (auto& [origin, pool] : hosts_) {
      if (!pool->kept.empty() && (!where || pool->kept.front().since < where->kept.front().since)) where = pool.get();
    }
    if (!where) return;
    where->kept.erase(where->kept.begin());
    --idle_;
    // Its entry goes with its next user; or now.
    if (where->kept.empty() && where->users == 0) {
      std::erase_if(hosts_, [where](const auto& entry) { return entry.second.get() == where; });
    }
  }

  std::map<std::string, std::shared_ptr<host_pool>> hosts_;
  std::size_t idle_ = 0;
  std::optional<tls_context> tls_;
};

class exchange {
 public:
  exchange(std::shared_ptr<client_core> core, url u, const parser_limits& limits)
      : where(std::move(u)), parser(message_parser::kind::response, limits), lease(std::move(core), where.origin()) {}

  std::string about() const { return method + " " + where.text(); }

  task<std::size_t> read(std::span<char> to) {
    if (parser.done()) co_return 0;
    if (!lease.c) throw error(failure::truncated, std::string(kPrefix) + about() + ": reading it has failed before");
    std::size_t n = 0;
    try {
      n = co_await lease.c->read_body(parser, to);
    } catch (const std::exception&) {
      lease.c.reset();
      throw_about(about(), failure::truncated);
    }
    if (parser.done()) finish();
    co_return n;
  }

  task<std::string> read_all() {
    constexpr std::size_t kFirst = 4096;
    constexpr std::size_t kTrusted = 1 << 20;  // of what a peer says that it will send
    std::string body;
    if (parser.done()) co_return body;
    auto expected = static_cast<std::size_t>(std::min<std::uint64_t>(parser.length().value_or(kFirst), kTrusted));
    body.resize(std::max<std::size_t>(expected, 1));
    std::size_t filled = 0;
    for (;;) {
      std::size_t n = co_await read(std::span<char>(body).subspan(filled));
      filled += n;
      if (n == 0 || parser.done()) break;
      if (filled == body.size()) body.resize(2 * filled);
    }
    body.resize(filled);
    co_return body;
  }

  /// The message is complete: the connection is free for another.
  void finish() {
    if (!lease.c) return;
    if (parser.keep_alive() && request_was_sent && lease.c->buffered().empty()) {
      lease.give_back();
    } else {
      lease.c.reset();
    }
  }

  url where;
  std::string method;
  clock::time_point deadline;
  message_parser parser;
  client_core::lease lease;
  bool request_was_sent = false;
};

namespace {

std::string request_head(const request& r, const url& u, const client_options& options) {
  std::string head;
  head.reserve(256);
  head += r.method;
  head += ' ';
  head += u.target;
  head += " HTTP/1.1\r\nHost: ";
  head += u.host_field;
  head += "\r\n";
  append_fields(head, r.headers);
  if (!r.headers.contains("User-Agent") && !options.user_agent.empty()) {
    head += "User-Agent: " + options.user_agent + "\r\n";
  }
  if (!r.headers.contains("Accept")) head += "Accept: */*\r\n";
  if (r.source.read && !r.source.size) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (r.source.read || !r.body.empty() || r.method == "POST" || r.method == "PUT" || r.method == "PATCH") {
    std::uint64_t size = r.source.read ? *r.source.size : r.body.size();
    head += "Content-Length: " + std::to_string(size) + "\r\n";
  }
  head += "\r\n";
  return head;
}

void check(const request& r, const client_options& options) {
  auto refuse = [&r](const std::string& what) {
    throw error(failure::bad_request, std::string(kPrefix) + r.method + " " + r.url + ": " + what);
  };
  headers syntax;
  try {
    syntax.add(r.method, "");  // a method is a token, as the name of a field is
  } catch (const std::invalid_argument&) {
    refuse("'" + r.method + "' is no method");
  }
  if (r.method == "CONNECT") refuse("CONNECT is for proxies, which are not supported");
  for (const char* made : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect"}) {
    if (r.headers.contains(made)) refuse(std::string("the header ") + made + " is not to be set by the caller");
  }
  if (options.user_agent.find_first_of("\r\n") != std::string::npos) refuse("user_agent has a line end in it");
}

}  // namespace

task<connection> client_core::dial(const url& u) {
  stream s;
  if (is_numeric(u.host)) {
    s = co_await async::connect(address::ip(u.host, static_cast<std::uint16_t>(std::stoul(u.port))));
  } else {
    s = co_await async::connect(u.host, u.port);
  }
  if (!u.secure) co_return connection(std::move(s));
  if (!tls_) {
    auto make = [] {
      tls_client_options o;
      o.alpn = {"http/1.1"};
      return tls_context::client(o);
    };
    if (options.tls) {
      tls_ = options.tls;
    } else {
      tls_ = co_await to_thread(make);
    }
  }
  co_return connection(co_await tls_connect(*tls_, std::move(s), u.host));
}

task<connection> client_core::connect(const url& u) {
  try {
    co_return co_await with_timeout(options.connect_timeout, dial(u));
  } catch (const timeout_error&) {
    throw error(failure::connect_timeout, std::string(kPrefix) + "no connection within " +
                                              std::to_string(options.connect_timeout.count()) +
                                              " ms (connect_timeout)");
  } catch (const std::exception&) {
    throw_about("no connection to " + u.origin(), failure::connect);
  }
}

/// False: the other end does not take all of it, perhaps because it has answered already; `failed` says how that looked.
task<bool> client_core::send(request& r, const url& u, connection& c, std::exception_ptr& failed) {
  std::string head = request_head(r, u, options);
  bool joined = !r.source.read && r.body.size() <= kJoined;
  if (joined) head += r.body;
  std::optional<body_encoder> encoder;
  if (r.source.read) encoder.emplace(r.source, !r.source.size);
  std::string_view piece = head;
  bool body_is_to_come = !joined && !encoder;
  while (!piece.empty()) {
    try {
      co_await c.send(piece);
    } catch (const std::system_error&) {
      failed = std::current_exception();
      co_return false;
    }
    piece = {};
    if (std::exchange(body_is_to_come, false)) {
      piece = r.body;
    } else if (encoder) {
      piece = co_await encoder->next();
    }
  }
  co_return true;
}

task<> client_core::receive_head(connection& c, message_parser& p, bool to_head) {
  for (;;) {
    if (to_head) p.expect_no_body();
    bool begun = co_await c.read_head(p);
    if (!begun) {
      throw error(failure::closed, std::string(kPrefix) + "the connection was closed before the answer");
    }
    int status = p.head().status;
    if (status == 101)
      throw error(failure::unsupported, std::string(kPrefix) + "the server changes the protocol (101)");
    if (status >= 200) co_return;
    p = message_parser(message_parser::kind::response, {options.max_header_bytes, options.max_body_bytes});
  }
}

task<std::unique_ptr<exchange>> client_core::once(request& r, const url& u) {
  auto x = std::make_unique<exchange>(shared_from_this(), u,
                                      parser_limits{options.max_header_bytes, options.max_body_bytes});
  x->method = r.method;
  co_await x->lease.take();
  for (;;) {
    if (!x->lease.c) {
      x->lease.c = co_await connect(u);
      x->lease.reused = false;
    }
    connection& c = *x->lease.c;
    std::exception_ptr sending;
    x->request_was_sent = co_await send(r, u, c, sending);
    try {
      co_await with_timeout(options.response_timeout, receive_head(c, x->parser, r.method == "HEAD"));
      if (x->parser.done()) x->finish();
      co_return x;
    } catch (const timeout_error&) {
      throw error(failure::response_timeout, std::string(kPrefix) + "no answer within " +
                                                 std::to_string(options.response_timeout.count()) +
                                                 " ms (response_timeout)");
    } catch (const std::exception&) {
      bool answered = x->parser.started();
      // A server may close an idle connection just when it is used again.
      bool ended = false;
      try {
        throw;
      } catch (const error& e) {
        ended = e.failure() == failure::closed;
      } catch (const std::system_error&) {
        ended = true;
      } catch (...) {
      }
      if (answered || !ended || !x->lease.reused || !is_idempotent(r.method) || r.source.read) {
        if (sending && !answered) {
          try {
            std::rethrow_exception(sending);
          } catch (const std::system_error&) {
            throw_about("the connection was closed before the answer", failure::closed);
          }
        }
        throw_about(answered ? "the connection ended within the answer" : "the connection ended before the answer",
                    answered ? failure::truncated : failure::closed);
      }
      x->lease.c.reset();
    }
    x->parser = message_parser(message_parser::kind::response, {options.max_header_bytes, options.max_body_bytes});
  }
}

task<std::unique_ptr<exchange>> client_core::start(request r, clock::time_point deadline) {
  check(r, options);
  url u = parse_url(r.url);
  for (int redirections = 0;; ++redirections) {
    std::unique_ptr<exchange> x;
    try {
      x = co_await once(r, u);
    } catch (const std::exception&) {
      throw_about(r.method + " " + u.text(), failure::closed);
    }
    x->deadline = deadline;
    const message_head& head = x->parser.head();
    bool by_get = head.status == 303 || ((head.status == 301 || head.status == 302) && r.method == "POST");
    bool redirected = by_get || head.status == 301 || head.status == 302 || head.status == 307 || head.status == 308;
    const std::string* location = head.headers.find("Location");
    if (!redirected || !location || options.max_redirects == 0) co_return x;

    if (redirections == options.max_redirects) {
      throw error(failure::redirects, std::string(kPrefix) + x->about() + ": redirected more than " +
                                          std::to_string(options.max_redirects) + " times (max_redirects)");
    }
    url next = resolve_url(u, *location);
    if (u.secure && !next.secure) {
      throw error(failure::redirects,
                  std::string(kPrefix) + x->about() + ": redirects to " + next.text() + ", from https to http");
    }
    if (by_get) {
      if (r.method != "HEAD") r.method = "GET";
      r.body.clear();
      r.source = {};
      for (const char* field : {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"}) {
        r.headers.remove(field);
      }
    } else if (r.source.read) {
      throw error(failure::redirects, std::string(kPrefix) + x->about() + ": redirected to " + next.text() +
                                          ", but a body from a source cannot be sent again");
    }
    if (next.origin() != u.origin()) {
      for (const char* field : {"Authorization", "Cookie", "Proxy-Authorization"}) r.headers.remove(field);
    }
    char unread[4096];
    for (std::size_t all = 0; all < kSwallowed && !x->parser.done();) all += co_await x->read(unread);
    u = std::move(next);
  }
}

namespace {

error too_long(const std::string& what, const client_options& options) {
  return {failure::total_timeout, std::string(kPrefix) + what + ": not done within " +
                                      std::to_string(options.total_timeout.count()) + " ms (total_timeout)"};
}

response as_response(message_head& head) {
  response r;
  r.status = head.status;
  r.reason = std::move(head.reason);
  r.headers = std::move(head.headers);
  return r;
}

task<response> fetch_all(std::shared_ptr<client_core> core, request r, clock::time_point deadline) {
  std::unique_ptr<exchange> x = co_await core->start(std::move(r), deadline);
  response whole = as_response(x->parser.head());
  whole.body = co_await x->read_all();
  co_return whole;
}

task<response> fetch_in_time(std::shared_ptr<client_core> core, request r) {
  clock::time_point deadline = now() + core->options.total_timeout;
  std::string what = r.method + " " + r.url;
  try {
    co_return co_await with_deadline(deadline, fetch_all(core, std::move(r), deadline));
  } catch (const timeout_error&) {
    throw too_long(what, core->options);
  }
}

task<reply> open_in_time(std::shared_ptr<client_core> core, request r) {
  clock::time_point deadline = now() + core->options.total_timeout;
  std::string what = r.method + " " + r.url;
  try {
    co_return reply(co_await with_deadline(deadline, core->start(std::move(r), deadline)));
  } catch (const timeout_error&) {
    throw too_long(what, core->options);
  }
}

template <class T>
task<T> in_time(exchange& x, task<T> t) {
  try {
    co_return co_await with_deadline(x.deadline, std::move(t));
  } catch (const timeout_error&) {
    throw error(failure::total_timeout,
                std::string(kPrefix) + x.about() + ": its body did not end in time (total_timeout)");
  }
}

}  // namespace

reply::reply(std::unique_ptr<exchange> e) noexcept : exchange_(std::move(e)) {}
reply::reply(reply&& other) noexcept = default;
reply& reply::operator=(reply&& other) noexcept = default;
reply::~reply() = default;
int reply::status() const noexcept { return exchange_->parser.head().status; }
const std::string& reply::reason() const noexcept { return exchange_->parser.head().reason; }
const http::headers& reply::headers() const noexcept { return exchange_->parser.head().headers; }
std::string reply::url() const { return exchange_->where.text(); }
task<std::size_t> reply::read_some(std::span<char> to) { return in_time(*exchange_, exchange_->read(to)); }
task<std::string> reply::read_all() { return in_time(*exchange_, exchange_->read_all()); }

client::client(client_options options) : core_(std::make_shared<client_core>(std::move(options))) {}
client::client(client&& other) noexcept = default;
client& client::operator=(client&& other) noexcept = default;
client::~client() = default;
task<response> client::fetch(request r) { return fetch_in_time(core_, std::move(r)); }
task<reply> client::open(request r) { return open_in_time(core_, std::move(r)); }
std::size_t client::idle_connections() const noexcept { return core_->idle(); }

}  // namespace lockstep::async::http
