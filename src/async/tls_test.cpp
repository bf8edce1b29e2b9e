// TLS: what is checked of a certificate, how connections end, cancellation at each step, and OpenSSL's own client and
// server as peers (tls_peers are in http_peers_test.cpp).
#include "lockstep/async/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <system_error>

#include "lockstep/async/buffered.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/when_all.h"
#include "test_support.h"
#include "tls_test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Tls : public on_both_backends {
 protected:
  test_certificates certificates;
};
LOCKSTEP_ON_BOTH_BACKENDS(Tls);

struct both_ends {
  tls_stream client;
  tls_stream server;
};

task<both_ends> connected(tls_context client, tls_context server, std::string host = "localhost") {
  auto [a, b] = stream_pair();
  auto [c, s] = co_await when_all(tls_connect(client, std::move(a), host), tls_accept(server, std::move(b)));
  co_return both_ends{std::move(c), std::move(s)};
}

task<std::string> read_all(tls_stream& s) {
  std::string all;
  char buffer[5000];
  while (std::size_t n = co_await s.read_some(buffer)) all.append(buffer, n);
  co_return all;
}

struct seen {
  std::optional<tls_failure> failure;
  std::string what;
};
template <class T>
task<seen> failure_of(task<T> t) {
  seen s;
  try {
    co_await std::move(t);
  } catch (const tls_error& e) {
    s = {e.failure(), e.what()};
  }
  co_return s;
}

/// What a client of `trust` says to a server with a certificate, and what the server says to that.
task<std::pair<seen, seen>> refused(tls_context trust, tls_context server, std::string host) {
  auto [a, b] = stream_pair();
  auto both = co_await when_all(failure_of(tls_connect(trust, std::move(a), host)),
                                failure_of(tls_accept(server, std::move(b))));
  co_return std::pair(std::get<0>(both), std::get<1>(both));
}

TEST_P(Tls, DataBothWaysAndACleanEnd) {
  run_here([](test_certificates& c) -> task<> {
    both_ends e = co_await connected(c.client(), c.server());
    EXPECT_EQ(e.client.alpn(), "http/1.1");
    EXPECT_EQ(e.server.alpn(), "http/1.1");
    EXPECT_EQ(e.client.version(), "TLSv1.3");
    std::string data(1'000'000, 'x');
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7919 >> 8);
    auto send = [](tls_stream& to, const std::string& text) -> task<> {
      co_await to.write(text);
      co_await to.shutdown_write();
    };
    auto [s1, s2, at_server, at_client] =
        co_await when_all(send(e.client, data), send(e.server, data), read_all(e.server), read_all(e.client));
    EXPECT_TRUE(at_server == data);
    EXPECT_TRUE(at_client == data);
  }(certificates));
}

TEST_P(Tls, BufferedReader) {
  run_here([](test_certificates& c) -> task<> {
    both_ends e = co_await connected(c.client(), c.server());
    buffered_reader in(e.server);
    co_await e.client.write("one\ntwo\n");
    auto one = co_await in.read_line();
    auto two = co_await in.read_line();
    EXPECT_EQ(one, "one");
    EXPECT_EQ(two, "two");
  }(certificates));
}

TEST_P(Tls, Certificates) {
  run_here([](test_certificates& c) -> task<> {
    auto expect = [&c](std::string file, std::string host, tls_failure failure, std::string words) -> task<> {
      auto [client, server] = co_await refused(c.client(), c.server(file), host);
      EXPECT_EQ(client.failure, failure) << client.what;
      EXPECT_THAT(client.what, HasSubstr("TLS with " + host));
      EXPECT_THAT(client.what, HasSubstr(words));
      EXPECT_EQ(server.failure, tls_failure::refused) << server.what;
    };
    co_await expect(c.certificate("DNS:localhost", -7200, -3600), "localhost", tls_failure::expired, "expired");
    co_await expect(c.certificate("DNS:localhost", 3600, 7200), "localhost", tls_failure::not_yet_valid, "clock");
    co_await expect(c.certificate("DNS:other.example"), "localhost", tls_failure::wrong_host, "hostname mismatch");
    co_await expect(c.certificate("DNS:localhost"), "127.0.0.1", tls_failure::wrong_host, "IP address mismatch");
    co_await expect(c.certificate("DNS:*.test.example"), "a.b.test.example", tls_failure::wrong_host,
                    "hostname mismatch");
    co_await expect(c.self_signed("DNS:localhost"), "localhost", tls_failure::untrusted, "ca_file");

    test_certificates others;
    auto [unknown, server] = co_await refused(others.client(), c.server(), "localhost");
    EXPECT_EQ(unknown.failure, tls_failure::untrusted) << unknown.what;
    EXPECT_THAT(unknown.what, HasSubstr("a server of a test"));
    EXPECT_EQ(server.failure, tls_failure::refused);
    EXPECT_THAT(server.what, HasSubstr("unknown ca"));

    // These hold.
    both_ends by_address = co_await connected(c.client(), c.server(), "127.0.0.1");
    both_ends by_wildcard =
        co_await connected(c.client(), c.server(c.certificate("DNS:*.test.example")), "a.test.example");
    both_ends unchecked =
        co_await connected(test_certificates::careless_client(), c.server(c.certificate("DNS:x")), "localhost");
    EXPECT_TRUE(by_address.client.is_open());
    EXPECT_TRUE(by_wildcard.client.is_open());
    EXPECT_TRUE(unchecked.client.is_open());
  }(certificates));
}

TEST_P(Tls, Protocols) {
  run_here([](test_certificates& c) -> task<> {
    tls_context odd = c.client("odd");
    auto [client, server] = co_await refused(odd, c.server(), "localhost");
    EXPECT_EQ(client.failure, tls_failure::refused) << client.what;
    EXPECT_EQ(server.failure, tls_failure::protocol) << server.what;

    auto [a, b] = stream_pair();
    co_await b.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    seen plain = co_await failure_of(tls_connect(c.client(), std::move(a), "localhost"));
    EXPECT_EQ(plain.failure, tls_failure::protocol);
    EXPECT_THAT(plain.what, HasSubstr("may not speak TLS"));

    auto [d, e] = stream_pair();
    co_await d.write("GET / HTTP/1.1\r\n\r\n");
    seen http = co_await failure_of(tls_accept(c.server(), std::move(e)));
    EXPECT_EQ(http.failure, tls_failure::protocol);
    EXPECT_THAT(http.what, HasSubstr("http request"));
  }(certificates));
}

TEST_P(Tls, Settings) {
  auto failure = [](auto make) {
    try {
      make();
    } catch (const tls_error& e) {
      EXPECT_EQ(e.failure(), tls_failure::settings);
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(failure([] {
                tls_client_options o;
                o.ca_file = "/no/such/file";
                tls_context::client(o);
              }),
              HasSubstr("/no/such/file"));
  EXPECT_THAT(failure([] { tls_context::server(tls_server_options("/no/such/file", "")); }),
              HasSubstr("/no/such/file"));
  std::string root = certificates.root();
  EXPECT_THAT(failure([&] { tls_context::server(tls_server_options(root, root)); }), HasSubstr(root));
  test_certificates others;
  std::string key = others.key();
  EXPECT_THAT(failure([&] { tls_context::server(tls_server_options(root, key)); }), HasSubstr(key));
  EXPECT_THAT(failure([] {
                tls_client_options o;
                o.alpn = {""};
                tls_context::client(o);
              }),
              HasSubstr("ALPN"));
  run_here([](test_certificates& c) -> task<> {
    auto [a, b] = stream_pair();
    seen empty = co_await failure_of(tls_connect(c.client(), std::move(a), ""));
    EXPECT_EQ(empty.failure, tls_failure::settings);
  }(certificates));
}

TEST_P(Tls, ACutIsNoEnd) {
  run_here([](test_certificates& c) -> task<> {
    both_ends e = co_await connected(c.client(), c.server());
    co_await e.server.write("all of it?");
    e.server.close();
    char buffer[100];
    std::size_t n = co_await e.client.read_some(buffer);
    EXPECT_EQ(std::string(buffer, n), "all of it?");
    seen cut = co_await failure_of(e.client.read_some(buffer));
    EXPECT_EQ(cut.failure, tls_failure::truncated) << cut.what;
    seen again = co_await failure_of(e.client.read_some(buffer));
    EXPECT_EQ(again.failure, tls_failure::truncated);

    auto [a, b] = stream_pair();
    b.close();
    bool failed = false;
    try {
      co_await tls_connect(c.client(), std::move(a), "localhost");
    } catch (const tls_error& t) {
      failed = t.failure() == tls_failure::truncated;
    } catch (const std::system_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
  }(certificates));
}

/// Passes bytes on until `limit` of them, from `from`.
task<> pass(stream& from, stream& to, std::size_t limit) {
  char buffer[4096];
  while (limit != 0) {
    std::size_t n = co_await from.read_some(std::span(buffer).first(std::min(limit, sizeof buffer)));
    if (n == 0) break;
    co_await to.write({buffer, n});
    limit -= n;
  }
  to.shutdown_write();
}

/// A connection with somebody in the middle who cuts what the server sends after so many bytes.
task<seen> cut_after(test_certificates& c, std::size_t limit, std::string& received) {
  // The client has a, the server q, and whoever is in the middle b and p. (Clang 14 captures no structured bindings.)
  auto ab = stream_pair();
  auto pq = stream_pair();
  stream &a = ab.first, &b = ab.second, &p = pq.first, &q = pq.second;
  auto server = [](test_certificates& by, stream s) -> task<> {
    try {
      tls_stream t = co_await tls_accept(by.server(), std::move(s));
      co_await t.write("hello");
      co_await t.shutdown_write();
      char buffer[10];
      while (co_await t.read_some(buffer) != 0) {
      }
    } catch (const tls_error&) {
    } catch (const std::system_error&) {
    }
  };
  auto client = [](test_certificates& by, stream s, std::string& got) -> task<> {
    tls_stream t = co_await tls_connect(by.client(), std::move(s), "localhost");
    char buffer[10];
    while (std::size_t n = co_await t.read_some(buffer)) got.append(buffer, n);
  };
  seen result;
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(server(c, std::move(q)));
    s.spawn(pass(p, b, limit));
    s.spawn(pass(b, p, SIZE_MAX));
    result = co_await failure_of(client(c, std::move(a), received));
    s.cancel();
  });
  co_return result;
}

TEST_P(Tls, CutAtAnyByte) {
  run_here([](test_certificates& c) -> task<> {
    std::string whole;
    seen none = co_await cut_after(c, 1'000'000, whole);
    EXPECT_FALSE(none.failure) << none.what;
    EXPECT_EQ(whole, "hello");
    bool complete = false;
    for (std::size_t limit = 0; limit < 3000 && !complete; limit += limit < 300 ? 7 : 23) {
      std::string received;
      seen cut = co_await cut_after(c, limit, received);
      complete = !cut.failure;
      if (complete) {
        EXPECT_EQ(received, "hello");
      } else {
        EXPECT_EQ(cut.failure, tls_failure::truncated) << limit << ": " << cut.what;
      }
    }
    EXPECT_TRUE(complete);
  }(certificates));
}

TEST_P(Tls, DamageIsNoticed) {
  run_here([](test_certificates& c) -> task<> {
    auto ab = stream_pair();
    auto pq = stream_pair();
    stream &a = ab.first, &b = ab.second, &p = pq.first, &q = pq.second;
    bool damaging = false;
    auto damage = [](stream& from, stream& to, const bool& now) -> task<> {
      char buffer[4096];
      while (std::size_t n = co_await from.read_some(buffer)) {
        if (now) buffer[n - 1] ^= 1;
        co_await to.write({buffer, n});
      }
    };
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(damage(p, b, damaging));
      s.spawn(pass(b, p, SIZE_MAX));
      auto both =
          co_await when_all(tls_connect(c.client(), std::move(a), "localhost"), tls_accept(c.server(), std::move(q)));
      tls_stream& client = std::get<0>(both);
      char buffer[10];
      co_await std::get<1>(both).write("1");
      std::size_t n = co_await client.read_some(buffer);  // what the handshake had left over has passed, too
      EXPECT_EQ(n, 1u);
      damaging = true;
      co_await std::get<1>(both).write("hello");
      seen damaged = co_await failure_of(client.read_some(buffer));
      EXPECT_EQ(damaged.failure, tls_failure::protocol) << damaged.what;
      seen write = co_await failure_of(client.write("x"));
      EXPECT_EQ(write.failure, tls_failure::protocol);
      s.cancel();
    });
  }(certificates));
}

TEST_P(Tls, CancelledAtEachStep) {
  run_here([](test_certificates& c) -> task<> {
    // The handshake: the other end says nothing.
    bool late = false;
    auto [a, b] = stream_pair();
    try {
      co_await with_timeout(1ms, tls_connect(c.client(), std::move(a), "localhost"));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    char buffer[10000];
    std::size_t greeting = co_await b.read_some(buffer);
    EXPECT_GT(greeting, 0u);
    std::size_t end = co_await b.read_some(buffer);  // it is closed
    EXPECT_EQ(end, 0u);
    auto [d, e] = stream_pair();
    late = false;
    try {
      co_await with_timeout(1ms, tls_accept(c.server(), std::move(e)));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);

    // Reading: nothing is lost.
    both_ends x = co_await connected(c.client(), c.server());
    for (int i = 0; i < 50; ++i) {
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn([](tls_stream& from) -> task<> {
          char one[10];
          co_await from.read_some(one);
          ADD_FAILURE() << "there is nothing to read";
        }(x.client));
        if (i % 2 == 0) co_await yield();
        if (i % 3 == 0) co_await sleep_for(100us);
        s.cancel();
      });
    }
    co_await x.server.write("not lost");
    std::size_t n = co_await x.client.read_some(buffer);
    EXPECT_EQ(std::string(buffer, n), "not lost");

    // Writing: a part may have been sent, so there is no way on.
    std::string large(8'000'000, 'x');
    late = false;
    try {
      co_await with_timeout(5ms, x.client.write(large));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    bool refused = false;
    try {
      co_await x.client.write("more");
    } catch (const std::system_error& error) {
      refused = error.code() == std::errc::broken_pipe;
    }
    EXPECT_TRUE(refused);

    // The goodbye, behind data that nobody reads.
    both_ends y = co_await connected(c.client(), c.server());
    co_await with_scope([&](scope& s) -> task<> {
      s.cancel();
      bool cancelled_there = false;
      try {
        co_await y.client.shutdown_write();
      } catch (const cancelled&) {
        cancelled_there = true;
      }
      EXPECT_TRUE(cancelled_there);
    });
    refused = false;
    try {
      co_await y.client.write("more");
    } catch (const std::system_error&) {
      refused = true;
    } catch (const tls_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
  }(certificates));
}

TEST_P(Tls, OneWriterAtATime) {
  run_here([](test_certificates& c) -> task<> {
    both_ends x = co_await connected(c.client(), c.server());
    std::string large(8'000'000, 'x');
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(x.client.write(large));
      co_await sleep_for(1ms);
      bool busy = false;
      try {
        co_await x.client.write("x");
      } catch (const std::system_error& e) {
        busy = e.code() == std::errc::device_or_resource_busy;
      }
      EXPECT_TRUE(busy);
      s.cancel();
    });
  }(certificates));
}

}  // namespace
}  // namespace lockstep::async
