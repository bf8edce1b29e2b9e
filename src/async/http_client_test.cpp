// The client, against our server and against servers that say what a test tells them to.
#include "lockstep/async/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "http_connection.h"
#include "http_test_support.h"
#include "http_url.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/when_all.h"
#include "test_support.h"
#include "tls_test_support.h"

namespace lockstep::async::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpClient : public on_both_backends {};
LOCKSTEP_ON_BOTH_BACKENDS(HttpClient);

struct seen {
  std::optional<failure> refused;
  std::string what;
  response answer;
};
task<seen> outcome(task<response> t) {
  seen s;
  try {
    s.answer = co_await std::move(t);
  } catch (const error& e) {
    s.refused = e.failure();
    s.what = e.what();
  }
  co_return s;
}

/// What a scripted server does with one connection: reads a request's head and body, then says something.
struct script {
  explicit script(std::string text, bool closes = true) : answer(std::move(text)), close(closes) {}
  std::string answer;
  bool close;
};

/// Reads one request; its head and body as they came. Empty: the connection ended.
task<std::string> read_request(connection& c) {
  message_parser p(message_parser::kind::request, {});
  std::string all;
  bool begun = co_await c.read_head(p);
  if (!begun) co_return all;
  all = p.head().method + " " + p.head().target + "\n";
  append_fields(all, p.head().headers);
  all += "\n";
  char buffer[1000];
  while (std::size_t n = co_await c.read_body(p, buffer)) all.append(buffer, n);
  co_return all;
}

/// Each connection is told what the next scripts are, until one of them closes it.
class scripted_server {
 public:
  explicit scripted_server(std::vector<script> s) : scripts_(std::move(s)), listener_(listen(address::loopback())) {}

  address where() const { return listener_.local_address(); }
  std::string url(const std::string& target = "/") const { return url_of(where(), target); }
  std::vector<std::string> requests;
  int connections = 0;

  task<> run() {
    while (next_ < scripts_.size()) {
      connection c(co_await listener_.accept());
      ++connections;
      try {
        co_await serve_one(c);
      } catch (const std::system_error&) {
      } catch (const error&) {
      }
    }
  }

 private:
  task<> serve_one(connection& c) {
    while (next_ < scripts_.size()) {
      std::string r = co_await read_request(c);
      if (r.empty()) co_return;
      requests.push_back(r);
      script s = scripts_[next_++];
      co_await c.send(s.answer);
      if (s.close) co_return;
    }
    // Nothing more is said: until the client leaves.
    message_parser none(message_parser::kind::request, {});
    co_await c.read_head(none);
  }

  std::vector<script> scripts_;
  std::size_t next_ = 0;
  listener listener_;
};

/// Runs `use` beside a scripted server.
task<> beside(scripted_server& server, std::function<task<>()> use) {
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(server.run());
    co_await use();
    s.cancel();
  });
}

std::string ok(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string moved(int status, const std::string& where) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + where + "\r\nContent-Length: 3\r\n\r\nbye";
}

task<response> echo(incoming& r) {
  std::string said = r.method() + " " + std::string(r.target()) + "|";
  for (const auto& [name, value] : r.headers()) {
    if (name != "Host") said.append(name).append(": ").append(value).append("|");
  }
  said += co_await r.read_all();
  co_return response(200, std::move(said), "text/plain");
}

TEST_P(HttpClient, Fetches) {
  run_here(with_server(echo, {}, [](address where) -> task<> {
    client c;
    response r = co_await c.fetch(url_of(where, "/a?b=c"));
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.reason, "OK");
    EXPECT_EQ(r.headers.get("content-type"), "text/plain");
    EXPECT_THAT(r.body, StartsWith("GET /a?b=c|"));
    EXPECT_EQ(c.idle_connections(), 1u);

    request post("POST", url_of(where), "hello");
    post.headers.set("X-Y", "z");
    r = co_await c.fetch(post);
    EXPECT_THAT(r.body, HasSubstr("X-Y: z|"));
    EXPECT_THAT(r.body, HasSubstr("Content-Length: 5|"));
    EXPECT_THAT(r.body, ::testing::EndsWith("|hello"));

    r = co_await c.fetch(request("HEAD", url_of(where)));
    EXPECT_EQ(r.body, "");
    EXPECT_TRUE(r.headers.contains("Content-Length"));
    r = co_await c.fetch(request("DELETE", url_of(where)));
    EXPECT_THAT(r.body, StartsWith("DELETE /|"));
    EXPECT_EQ(c.idle_connections(), 1u);
  }));
}

TEST_P(HttpClient, LargeBodiesAndSources) {
  auto answer = [](incoming& r) -> task<response> {
    std::string body = co_await r.read_all();
    response out(200, std::to_string(body.size()));
    if (r.path() == "/back") {
      out.body.clear();
      auto left = std::make_shared<std::string>(std::move(body));
      out.source.read = [left](std::span<char> to) -> task<std::size_t> {
        std::size_t n = left->copy(to.data(), to.size());
        left->erase(0, n);
        co_return n;
      };
    }
    co_return out;
  };
  server_options options;
  options.max_body_bytes = 10'000'000;
  run_here(with_server(answer, options, [](address where) -> task<> {
    client c;
    std::string large(3'000'000, 'x');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7919 >> 8);
    response r = co_await c.fetch(request("PUT", url_of(where), large));
    EXPECT_EQ(r.body, "3000000");
    r = co_await c.fetch(request("PUT", url_of(where, "/back"), large));
    EXPECT_TRUE(r.body == large);
    for (bool known : {false, true}) {
      request up("POST", url_of(where));
      auto left = std::make_shared<std::size_t>(100'000);
      if (known) up.source.size = 100'000;
      up.source.read = [left](std::span<char> to) -> task<std::size_t> {
        std::size_t n = std::min<std::size_t>(*left, to.size() - 1);
        std::fill_n(to.begin(), n, 'y');
        *left -= n;
        co_return n;
      };
      r = co_await c.fetch(up);
      EXPECT_EQ(r.body, "100000");
    }
    // Piece by piece.
    reply pieces = co_await c.open(request("PUT", url_of(where, "/back"), large));
    EXPECT_EQ(pieces.status(), 200);
    EXPECT_EQ(pieces.headers().get("Transfer-Encoding"), "chunked");
    EXPECT_EQ(c.idle_connections(), 0u);
    std::string all;
    char buffer[10'000];
    while (std::size_t n = co_await pieces.read_some(buffer)) all.append(buffer, n);
    EXPECT_TRUE(all == large);
    EXPECT_EQ(c.idle_connections(), 1u);
    std::size_t none = co_await pieces.read_some(buffer);
    EXPECT_EQ(none, 0u);
    {
      reply dropped = co_await c.open(request("PUT", url_of(where, "/back"), large));
      co_await dropped.read_some(buffer);
    }
    EXPECT_EQ(c.idle_connections(), 0u);
  }));
}

TEST_P(HttpClient, BoundsItsConnections) {
  int now_here = 0;
  int most = 0;
  auto answer = [&](incoming& r) -> task<response> {
    most = std::max(most, ++now_here);
    co_await sleep_for(1ms);
    --now_here;
    co_return response(200, r.target());
  };
  run_here(with_server(answer, {}, [&](address where) -> task<> {
    client_options options;
    options.max_connections = 3;
    options.max_idle = 2;
    client c(options);
    std::vector<task<response>> all;
    all.reserve(30);
    for (int i = 0; i < 30; ++i) all.push_back(c.fetch(url_of(where, "/" + std::to_string(i))));
    std::vector<response> answers = co_await gather(std::move(all));
    for (int i = 0; i < 30; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].body, "/" + std::to_string(i));
    EXPECT_EQ(most, 3);
    EXPECT_EQ(c.idle_connections(), 2u);
    // A place that is given up by a cancellation is free again.
    for (int i = 0; i < 10; ++i) {
      co_await with_scope([&](scope& s) -> task<> {
        for (int k = 0; k < 5; ++k) s.spawn(c.fetch(url_of(where)));
        for (int k = 0; k < i; ++k) co_await yield();
        s.cancel();
      });
    }
    response r = co_await with_timeout(10s, c.fetch(url_of(where, "/after")));
    EXPECT_EQ(r.body, "/after");
  }));
}

TEST_P(HttpClient, Redirections) {
  run_here([]() -> task<> {
    struct rule {
      int status;
      std::string method;
      std::string then;
      bool body;
    };
    for (const rule& r :
         {rule{301, "GET", "GET", false}, rule{302, "POST", "GET", false}, rule{303, "PUT", "GET", false},
          rule{303, "HEAD", "HEAD", false}, rule{307, "POST", "POST", true}, rule{308, "PUT", "PUT", true},
          rule{301, "DELETE", "DELETE", false}}) {
      std::string first = moved(r.status, "../b?c#fragment");
      if (r.method == "HEAD") first = first.substr(0, first.size() - 3);
      scripted_server server({script(first, false), script(r.then == "HEAD" ? ok("") : ok("there"), false)});
      co_await beside(server, [&]() -> task<> {
        client c;
        request q(r.method, server.url("/x/y/z"), r.body || r.method == "POST" ? "data" : "");
        q.headers.set("Authorization", "secret");
        seen s = co_await outcome(c.fetch(q));
        EXPECT_EQ(s.answer.status, 200) << s.what;
      });
      EXPECT_EQ(server.requests.size(), 2u);
      EXPECT_THAT(server.requests.at(1), StartsWith(r.then + " /x/b?c\n"));
      EXPECT_THAT(server.requests.at(1), HasSubstr("Authorization: secret"));
      EXPECT_EQ(server.requests.at(1).ends_with("data"), r.body);
      EXPECT_EQ(server.connections, 1);
    }
  }());
}

TEST_P(HttpClient, RedirectionsElsewhere) {
  run_here([]() -> task<> {
    scripted_server other({script(ok("other"), false)});
    scripted_server server({script(moved(302, other.url("/there")), false), script(moved(302, "/again"), false),
                            script(moved(302, "/again"), false), script(moved(302, "/again"), false),
                            script(moved(302, "ftp://x/"), false), script(moved(302, "http://user@x/"), false),
                            script(moved(307, "/source"), false)});
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(other.run());
      s.spawn(server.run());
      client_options options;
      options.max_redirects = 2;
      client c(options);
      request q("GET", server.url());
      for (const char* field : {"Authorization", "Cookie", "X-Kept"}) q.headers.set(field, "secret");
      response r = co_await c.fetch(q);
      EXPECT_EQ(r.body, "other");
      EXPECT_THAT(other.requests.at(0), Not(HasSubstr("Authorization")));
      EXPECT_THAT(other.requests.at(0), Not(HasSubstr("Cookie")));
      EXPECT_THAT(other.requests.at(0), HasSubstr("X-Kept"));
      seen round = co_await outcome(c.fetch(server.url()));
      EXPECT_EQ(round.refused, failure::redirects);
      EXPECT_THAT(round.what, HasSubstr("more than 2 times"));
      seen ftp = co_await outcome(c.fetch(server.url()));
      EXPECT_EQ(ftp.refused, failure::redirects);
      EXPECT_THAT(ftp.what, HasSubstr("ftp://x/"));
      seen user = co_await outcome(c.fetch(server.url()));
      EXPECT_EQ(user.refused, failure::redirects);
      request up("POST", server.url());
      up.source.size = 0;
      up.source.read = [](std::span<char>) -> task<std::size_t> { co_return 0; };
      seen source = co_await outcome(c.fetch(up));
      EXPECT_EQ(source.refused, failure::redirects);
      EXPECT_THAT(source.what, HasSubstr("source"));
      s.cancel();
    });
  }());
}

// A response of each kind, cut after each of its bytes.
TEST_P(HttpClient, CutAtEachByte) {
  run_here([]() -> task<> {
    std::string plain = ok("hello", "X: y\r\n");
    std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + plain;
    for (const std::string& whole : {plain, chunked, interim}) {
      for (std::size_t n = 0; n <= whole.size(); ++n) {
        scripted_server server({script(whole.substr(0, n))});
        co_await beside(server, [&]() -> task<> {
          client c;
          seen s = co_await outcome(c.fetch(server.url()));
          if (n == whole.size()) {
            EXPECT_FALSE(s.refused) << s.what;
            EXPECT_EQ(s.answer.body, "hello");
          } else if (n == 0 ||
                     (&whole != &plain && whole.starts_with("HTTP/1.1 103") && n == whole.size() - plain.size())) {
            EXPECT_EQ(s.refused, failure::closed) << n << s.what;
          } else {
            EXPECT_EQ(s.refused, failure::truncated) << n << s.what;
          }
          EXPECT_EQ(c.idle_connections(), n == whole.size() ? 1u : 0u);
        });
        EXPECT_EQ(server.connections, 1);
      }
    }
  }());
}

TEST_P(HttpClient, HostileServers) {
  run_here([]() -> task<> {
    client_options options;
    options.max_header_bytes = 1000;
    options.max_body_bytes = 1000;
    struct trial {
      std::string answer;
      failure expected;
    };
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (const trial& t : {
             trial{"garbage\r\n\r\n", failure::malformed},
             trial{"HTTP/2 200 OK\r\n\r\n", failure::unsupported},
             trial{head + "X: " + std::string(2000, 'x') + "\r\n\r\n", failure::header_limit},
             trial{head + "X: " + std::string(2'000'000, 'x'), failure::header_limit},
             trial{head + "Content-Length: 1001\r\n\r\n", failure::body_limit},
             trial{head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", failure::malformed},
             trial{head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", failure::malformed},
             trial{head + "Transfer-Encoding: gzip\r\n\r\n", failure::unsupported},
             trial{head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", failure::malformed},
             trial{head + "Transfer-Encoding: chunked\r\n\r\n500\r\n" + std::string(0x500, 'x') + "\r\n0\r\n\r\n",
                   failure::body_limit},
             trial{head + "\r\n" + std::string(1001, 'x'), failure::body_limit},
             trial{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", failure::unsupported},
         }) {
      scripted_server server({script(t.answer)});
      co_await beside(server, [&]() -> task<> {
        client c(options);
        seen s = co_await outcome(c.fetch(server.url("/path")));
        EXPECT_EQ(s.refused, t.expected) << t.answer.substr(0, 100) << s.what;
        EXPECT_THAT(s.what, HasSubstr("GET " + server.url("/path")));
      });
    }
    // More than was asked for: the connection is not used again.
    scripted_server server({script(ok("one") + ok("injected"), false), script(ok("two"), false)});
    co_await beside(server, [&]() -> task<> {
      client c(options);
      response r = co_await c.fetch(server.url());
      EXPECT_EQ(r.body, "one");
      EXPECT_EQ(c.idle_connections(), 0u);
      r = co_await c.fetch(server.url());
      EXPECT_EQ(r.body, "two");
    });
  }());
}

// A connection that was kept, and that the server closes when it is used again.
TEST_P(HttpClient, TriesAgainOnlyWhatMayBe) {
  run_here([]() -> task<> {
    std::vector<script> scripts = {script(ok("one"), false), script("", true), script(ok("two"), false)};
    for (const char* method : {"GET", "PUT", "POST"}) {
      scripted_server server(scripts);
      co_await beside(server, [&]() -> task<> {
        client c;
        co_await c.fetch(server.url());
        seen s = co_await outcome(c.fetch(request(method, server.url(), "data")));
        if (std::string_view(method) == "POST") {
          EXPECT_EQ(s.refused, failure::closed) << s.what;
          EXPECT_EQ(server.requests.size(), 2u);
        } else {
          EXPECT_EQ(s.answer.body, "two") << s.what;
          EXPECT_EQ(server.requests.size(), 3u);
          EXPECT_EQ(server.connections, 2);
        }
      });
    }
    // Not after a byte of the answer, and not on a new connection.
    scripted_server begun({script(ok("one"), false), script("H", true), script(ok("two"), false)});
    co_await beside(begun, [&]() -> task<> {
      client c;
      co_await c.fetch(begun.url());
      seen s = co_await outcome(c.fetch(begun.url()));
      EXPECT_EQ(s.refused, failure::truncated) << s.what;
    });
    scripted_server fresh({script("", true), script(ok("two"), false)});
    co_await beside(fresh, [&]() -> task<> {
      client c;
      seen s = co_await outcome(c.fetch(fresh.url()));
      EXPECT_EQ(s.refused, failure::closed) << s.what;
      EXPECT_EQ(fresh.requests.size(), 1u);
    });
    // A connection that is known to be closed is not even tried.
    scripted_server closed({script(ok("one"), true), script(ok("two"), false)});
    co_await beside(closed, [&]() -> task<> {
      client c;
      co_await c.fetch(closed.url());
      while (closed.connections != 1) co_await yield();
      co_await sleep_for(5ms);
      seen s = co_await outcome(c.fetch(request("POST", closed.url(), "data")));
      EXPECT_EQ(s.answer.body, "two") << s.what;
    });
  }());
}

TEST_P(HttpClient, Timeouts) {
  run_here([]() -> task<> {
    listener silent = listen(address::loopback());  // nobody accepts: the kernel does, and then nothing comes
    std::string where = silent.local_address().to_string();
    client_options options;
    options.response_timeout = 20ms;
    client patient(options);
    seen response_late = co_await outcome(patient.fetch("http://" + where + "/"));
    EXPECT_EQ(response_late.refused, failure::response_timeout) << response_late.what;
    EXPECT_THAT(response_late.what, HasSubstr("20 ms"));
    options.connect_timeout = 20ms;
    client c(options);
    seen connect_late = co_await outcome(c.fetch("https://" + where + "/"));
    EXPECT_EQ(connect_late.refused, failure::connect_timeout) << connect_late.what;
    options.response_timeout = 10s;
    options.total_timeout = 20ms;
    client hurried(options);
    seen total = co_await outcome(hurried.fetch("http://" + where + "/"));
    EXPECT_EQ(total.refused, failure::total_timeout) << total.what;

    // In the body, too: half of it comes.
    scripted_server half({script("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", false)});
    co_await beside(half, [&]() -> task<> {
      std::optional<failure> late;
      try {
        reply r = co_await hurried.open(half.url());  // on a busy machine it may be late here already
        co_await r.read_all();
      } catch (const error& e) {
        late = e.failure();
      }
      EXPECT_EQ(late, failure::total_timeout);
    });
  }());
}

TEST_P(HttpClient, BadRequestsAndNobodyThere) {
  run_here([]() -> task<> {
    client c;
    for (const char* url : {"", "x", "ftp://x/", "http://", "http://x:0/", "http://x:70000/", "http://u:p@x/",
                            "http://[::1/", "http://x y/", "//x/", "http://%41/"}) {
      seen s = co_await outcome(c.fetch(url));
      EXPECT_EQ(s.refused, failure::bad_request) << url << ": " << s.what;
    }
    request q("GET", "http://127.0.0.1/");
    q.headers.set("Content-Length", "5");
    seen made = co_await outcome(c.fetch(q));
    EXPECT_EQ(made.refused, failure::bad_request);
    seen method = co_await outcome(c.fetch(request("G T", "http://127.0.0.1/")));
    EXPECT_EQ(method.refused, failure::bad_request);
    std::string gone;
    {
      listener l = listen(address::loopback());
      gone = url_of(l.local_address());
    }
    seen nobody = co_await outcome(c.fetch(gone));
    EXPECT_EQ(nobody.refused, failure::connect) << nobody.what;
    EXPECT_THAT(nobody.what, HasSubstr("Connection refused"));
    seen nowhere = co_await outcome(c.fetch("http://no.such.name.invalid/"));
    EXPECT_EQ(nowhere.refused, failure::connect) << nowhere.what;
    EXPECT_THAT(nowhere.what, HasSubstr("no.such.name.invalid"));
  }());
}

TEST_P(HttpClient, ByTls) {
  run_here([](backend_kind) -> task<> {
    test_certificates certificates;
    server_options options;
    options.tls = certificates.server();
    options.header_timeout = 2s;
    auto use = [&](address where) -> task<> {
      std::string https = "https://localhost:" + std::to_string(where.port()) + "/x";
      client_options trusting;
      trusting.tls = certificates.client();
      client c(trusting);
      response r = co_await c.fetch(https);
      EXPECT_THAT(r.body, StartsWith("GET /x|"));
      r = co_await c.fetch(request("POST", https, std::string(500'000, 'x')));
      EXPECT_GT(r.body.size(), 500'000u);
      EXPECT_EQ(c.idle_connections(), 1u);

      client strict;
      seen untrusted = co_await outcome(strict.fetch(https));
      EXPECT_EQ(untrusted.refused, failure::tls);
      EXPECT_THAT(untrusted.what, HasSubstr("ca_file"));
      seen other_name = co_await outcome(c.fetch("https://127.0.0.2:" + std::to_string(where.port()) + "/"));
      EXPECT_EQ(other_name.refused, failure::connect) << other_name.what;  // nobody listens there
      seen plain = co_await outcome(c.fetch("http://localhost:" + std::to_string(where.port()) + "/"));
      EXPECT_TRUE(plain.refused == failure::closed || plain.refused == failure::malformed) << plain.what;
    };
    co_await with_server(echo, options, use);

    auto to_plain = [](incoming&) -> task<response> {
      response r(302);
      r.headers.add("Location", "http://localhost/");
      co_return r;
    };
    auto down = [&](address where) -> task<> {
      client_options trusting;
      trusting.tls = certificates.client();
      client c(trusting);
      seen s = co_await outcome(c.fetch("https://localhost:" + std::to_string(where.port()) + "/"));
      EXPECT_EQ(s.refused, failure::redirects);
      EXPECT_THAT(s.what, HasSubstr("from https to http"));
    };
    co_await with_server(to_plain, options, down);
  }(GetParam()));
}

TEST_P(HttpClient, TlsCutInABody) {
  run_here([]() -> task<> {
    test_certificates certificates;
    for (const char* fields : {"", "Content-Length: 10\r\n"}) {
      listener l = listen(address::loopback());
      auto serve_one = [&]() -> task<> {
        tls_stream s = co_await tls_accept(certificates.server(), co_await l.accept());
        char buffer[1000];
        co_await s.read_some(buffer);
        co_await s.write(std::string("HTTP/1.1 200 OK\r\n") + fields + "\r\nhello");
        s.close();
      };
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn(serve_one());
        client_options trusting;
        trusting.tls = certificates.client();
        client c(trusting);
        seen cut = co_await outcome(c.fetch("https://127.0.0.1:" + std::to_string(l.local_address().port()) + "/"));
        EXPECT_EQ(cut.refused, failure::truncated) << cut.what;
      });
    }
  }());
}

TEST_P(HttpClient, CancelledAtEachStep) {
  run_here(with_server(echo, {}, [](address where) -> task<> {
    client c;
    std::string large(300'000, 'x');
    for (int steps = 0; steps < 60; ++steps) {
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn(c.fetch(request("POST", url_of(where), large)));
        for (int i = 0; i < steps; ++i) co_await yield();
        s.cancel();
      });
      if (steps % 10 != 0) continue;
      response r = co_await c.fetch(url_of(where, "/fine"));
      EXPECT_THAT(r.body, StartsWith("GET /fine|"));
    }
  }));
}

TEST(HttpUrl, Texts) {
  EXPECT_EQ(parse_url("HTTP://Example.org").text(), "http://Example.org/");
  EXPECT_EQ(parse_url("https://x:443/a/../b?c d#e").text(), "https://x/a/../b?c%20d");
  EXPECT_EQ(parse_url("http://x:8080").host_field, "x:8080");
  EXPECT_EQ(parse_url("http://[::1]:80/").host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:80/").host_field, "[::1]");
  EXPECT_EQ(parse_url("http://x?y").target, "/?y");
  url base = parse_url("http://x/a/b/c?d");
  EXPECT_EQ(resolve_url(base, "../e").text(), "http://x/a/e");
  EXPECT_EQ(resolve_url(base, "/e?f").text(), "http://x/e?f");
  EXPECT_EQ(resolve_url(base, "//y/e").text(), "http://y/e");
  EXPECT_EQ(resolve_url(base, "?q").text(), "http://x/a/b/c?q");
  EXPECT_EQ(resolve_url(base, "\xc3\xa4 \xc3\xb6").text(), "http://x/a/b/%C3%A4%20%C3%B6");
  EXPECT_THROW(resolve_url(base, "javascript:x"), error);
  EXPECT_THROW(resolve_url(base, "http://"), error);
}

}  // namespace
}  // namespace lockstep::async::http
