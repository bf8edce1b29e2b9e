// Other people's HTTP and TLS: curl and openssl s_client against our server, Python's http.server and openssl s_server
// against our client. Skipped where they are not installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "http_test_support.h"
#include "lockstep/async/child.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "test_support.h"
#include "tls_test_support.h"

namespace lockstep::async::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpPeers : public on_both_backends {
 protected:
  void SetUp() override {
    on_both_backends::SetUp();
    ::unsetenv("http_proxy");
    ::unsetenv("https_proxy");
  }
  test_certificates certificates;
};
LOCKSTEP_ON_BOTH_BACKENDS(HttpPeers);

bool installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

task<std::string> output_of(child& c) {
  std::string all;
  char buffer[4096];
  while (std::size_t n = co_await c.output().read_some(buffer)) all.append(buffer, n);
  co_return all;
}

/// What a program prints; it must succeed.
task<std::string> printed(std::vector<std::string> command) {
  child c = child::start(command, {.output = child::stream::pipe});
  std::string all = co_await with_timeout(60s, output_of(c));
  int status = co_await c.wait();
  EXPECT_EQ(status, 0) << command[0] << ": " << all;
  co_return all;
}

task<response> echo(incoming& r) {
  std::string body = co_await r.read_all();
  co_return response(200, r.method() + " " + r.target() + " " + std::to_string(body.size()));
}

TEST_P(HttpPeers, Curl) {
  if (!installed("curl")) GTEST_SKIP() << "curl is not installed";
  run_here([](test_certificates& c) -> task<> {
    auto use = [&c](std::string scheme, address where) -> task<> {
      std::string url = scheme + "://localhost:" + std::to_string(where.port());
      std::vector<std::string> curl{"curl", "-sS", "--http1.1", "-4", "--noproxy", "*", "--cacert", c.root()};
      auto with = [&curl](std::vector<std::string> more) {
        std::vector<std::string> all = curl;
        all.insert(all.end(), more.begin(), more.end());
        return all;
      };
      std::vector<std::string> twice = with({url + "/1", url + "/2"});
      std::string got = co_await printed(twice);
      EXPECT_EQ(got, "GET /1 0GET /2 0");
      std::string large = c.path("large");
      std::ofstream(large) << std::string(500'000, 'x');
      std::vector<std::string> post = with({"--data-binary", "@" + large, url});  // expects 100
      got = co_await printed(post);
      EXPECT_EQ(got, "POST / 500000");
      std::vector<std::string> chunks = with({"-T", "-", "-H", "Transfer-Encoding: chunked", url + "/up"});
      child sender = child::start(chunks, {.input = child::stream::pipe, .output = child::stream::pipe});
      co_await sender.input().write(std::string_view("some bytes"));
      sender.input().close();
      got = co_await output_of(sender);
      EXPECT_EQ(got, "PUT /up 10");
      int status = co_await sender.wait();
      EXPECT_EQ(status, 0);
      std::vector<std::string> head = with({"-I", url});
      got = co_await printed(head);
      EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK"));
      if (scheme == "https") co_return;  // curl asks for "http/1.0" by ALPN, which this server does not offer
      std::vector<std::string> old = with({"-0", url + "/old"});
      got = co_await printed(old);
      EXPECT_EQ(got, "GET /old 0");
    };
    auto plain = [&use](address where) -> task<> { co_await use("http", where); };
    co_await with_server(echo, server_options(), plain);
    server_options secure;
    secure.tls = c.server();
    auto by_tls = [&use](address where) -> task<> { co_await use("https", where); };
    co_await with_server(echo, secure, by_tls);
  }(certificates));
}

/// Waits until somebody listens.
task<> listening(std::uint16_t port) {
  for (;;) {
    try {
      stream s = co_await connect(address::loopback(port));
      co_return;
    } catch (const std::system_error&) {
    }
    co_await sleep_for(5ms);
  }
}
/// A port that was free a moment ago.
std::uint16_t free_port() {
  listener l = listen(address::loopback());
  return l.local_address().port();
}

TEST_P(HttpPeers, PythonsServer) {
  if (!installed("python3")) GTEST_SKIP() << "python3 is not installed";
  run_here([](test_certificates& c) -> task<> {
    std::string program =
        "import http.server, sys\n"
        "s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n"
        "print(s.server_address[1], flush=True)\n"
        "s.serve_forever()\n";
    std::vector<std::string> command{"sh", "-c",       "cd \"$1\" && exec python3 -c \"$2\" 2>/dev/null",
                                     "sh", c.path(""), program};
    child server = child::start(command, {.output = child::stream::pipe});
    char line[20];
    std::size_t n = co_await server.output().read_some(line);
    std::string url = "http://127.0.0.1:" + std::to_string(std::atoi(std::string(line, n).c_str()));
    client cl;
    response r = co_await cl.fetch(url + "/root.pem");
    EXPECT_EQ(r.status, 200);
    EXPECT_THAT(r.body, StartsWith("-----BEGIN CERTIFICATE-----"));
    r = co_await cl.fetch(url + "/none");
    EXPECT_EQ(r.status, 404);
    r = co_await cl.fetch(request("HEAD", url + "/root.pem"));
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.body, "");
    server.send_signal(SIGTERM);
    co_await server.wait();
  }(certificates));
}

TEST_P(HttpPeers, OpenSslsServer) {
  if (!installed("openssl")) GTEST_SKIP() << "openssl is not installed";
  run_here([](test_certificates& c) -> task<> {
    for (const char* version : {"-tls1_2", "-tls1_3", "-tls1_1"}) {
      std::uint16_t port = free_port();
      // -www answers each request and closes.
      std::vector<std::string> command{"openssl",
                                       "s_server",
                                       "-quiet",
                                       version,
                                       "-www",
                                       "-accept",
                                       "127.0.0.1:" + std::to_string(port),
                                       "-cert",
                                       c.certificate(),
                                       "-key",
                                       c.key(),
                                       "-cipher",
                                       "ALL:@SECLEVEL=0"};
      child server = child::start(command, {.output = child::stream::pipe});
      co_await with_timeout(30s, listening(port));
      client_options trusting;
      trusting.tls = c.client();
      client cl(trusting);
      std::string refused;
      try {
        response r = co_await cl.fetch("https://localhost:" + std::to_string(port) + "/");
        EXPECT_EQ(r.status, 200);
        EXPECT_THAT(r.body, HasSubstr("s_server"));
      } catch (const error& e) {
        refused = e.what();
      }
      // Older than TLS 1.2 is not spoken.
      EXPECT_EQ(refused.empty(), std::string(version) != "-tls1_1") << version << refused;
      server.send_signal(SIGTERM);
      co_await server.wait();
    }
  }(certificates));
}

TEST_P(HttpPeers, OpenSslsClient) {
  if (!installed("openssl")) GTEST_SKIP() << "openssl is not installed";
  run_here([](test_certificates& c) -> task<> {
    server_options secure;
    secure.tls = c.server();
    auto use = [&c](address where) -> task<> {
      std::vector<std::string> command{"openssl",  "s_client",       "-quiet",           "-verify_return_error",
                                       "-CAfile",  c.root(),         "-verify_hostname", "localhost",
                                       "-connect", where.to_string()};
      child peer = child::start(command, {.input = child::stream::pipe, .output = child::stream::pipe});
      co_await peer.input().write(std::string_view("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
      std::string got = co_await with_timeout(30s, output_of(peer));
      EXPECT_THAT(got, ::testing::EndsWith("GET /x 0"));
      peer.send_signal(SIGTERM);
      co_await peer.wait();
    };
    co_await with_server(echo, secure, use);
  }(certificates));
}

}  // namespace
}  // namespace lockstep::async::http
