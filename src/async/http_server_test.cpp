// The server, asked by raw bytes: what it answers, and what it puts up with.
#include "lockstep/async/http_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "http_test_support.h"
#include "lockstep/async/buffered.h"
#include "lockstep/async/channel.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "test_support.h"

namespace lockstep::async::http {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServer : public on_both_backends {
 protected:
  void SetUp() override {
    on_both_backends::SetUp();
    folder = std::filesystem::path(::testing::TempDir()) / ("lockstep-http-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "site" / "sub");
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
};
LOCKSTEP_ON_BOTH_BACKENDS(HttpServer);

/// "METHOD PATH|body".
task<response> echo(incoming& r) {
  response answer;
  std::string said = r.method() + " " + r.path() + "|";
  said += co_await r.read_all();
  answer.body = std::move(said);
  co_return answer;
}

std::string get(const std::string& target, const std::string& fields = "Connection: close\r\n") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST_P(HttpServer, AnswersInTurn) {
  run_here(with_server(echo, {}, [](address where) -> task<> {
    std::string all =
        co_await ask(where, get("/1", "") + "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" +
                                "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + get("/4"));
    EXPECT_EQ(count(all, "HTTP/1.1 200 OK\r\n"), 4u) << all;
    std::size_t one = all.find("GET /1|");
    std::size_t two = all.find("POST /2|hello");
    std::size_t three = all.find("POST /3|abcde");
    std::size_t four = all.find("GET /4|");
    EXPECT_TRUE(one < two && two < three && three < four && four != std::string::npos) << all;
    EXPECT_EQ(count(all, "Connection: close"), 1u);
    EXPECT_THAT(all, HasSubstr("\r\nDate: "));
  }));
}

TEST_P(HttpServer, HeadAndOldVersions) {
  run_here(with_server(echo, {}, [](address where) -> task<> {
    std::string head = co_await ask(where, "HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("Content-Length: 8\r\n"));
    EXPECT_THAT(head, EndsWith("\r\n\r\n"));
    std::string old = co_await ask(where, "GET /x HTTP/1.0\r\n\r\n");
    EXPECT_THAT(old, HasSubstr("Connection: close"));
    EXPECT_THAT(old, EndsWith("GET /x|"));
    std::string kept = co_await ask(where, "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /y HTTP/1.0\r\n\r\n");
    EXPECT_THAT(kept, HasSubstr("Connection: keep-alive"));
    EXPECT_THAT(kept, EndsWith("GET /y|"));
    std::string absolute = co_await ask(where, get("http://x/abs%20olute?q=1"));
    EXPECT_THAT(absolute, EndsWith("GET /abs olute|"));
    std::string options = co_await ask(where, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(options, EndsWith("OPTIONS *|"));
  }));
}

TEST_P(HttpServer, BodiesFromASource) {
  auto answer = [](incoming& r) -> task<response> {
    response out;
    auto left = std::make_shared<int>(3);
    if (r.path() == "/known") out.source.size = 9;
    if (r.path() == "/short") out.source.size = 10;
    if (r.path() == "/long") out.source.size = 8;
    bool breaks = r.path() == "/breaks";
    out.source.read = [left, breaks](std::span<char> to) -> task<std::size_t> {
      co_await yield();
      if (*left == 0) co_return 0;
      if (breaks && *left == 1) throw std::runtime_error("no more");
      --*left;
      co_return std::string_view("abc").copy(to.data(), 3);
    };
    co_return out;
  };
  std::vector<std::string> errors;
  server_options options;
  options.on_error = [&errors](const std::string& e) { errors.push_back(e); };
  run_here(with_server(answer, options, [&errors](address where) -> task<> {
    std::string chunks = co_await ask(where, get("/chunks"));
    EXPECT_THAT(chunks, HasSubstr("Transfer-Encoding: chunked"));
    EXPECT_THAT(chunks, EndsWith("\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n"));
    std::string old = co_await ask(where, "GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(old, EndsWith("\r\n\r\nabcabcabc"));
    EXPECT_THAT(old, HasSubstr("Connection: close"));
    std::string known = co_await ask(where, get("/known"));
    EXPECT_THAT(known, HasSubstr("Content-Length: 9\r\n"));
    EXPECT_THAT(known, EndsWith("\r\n\r\nabcabcabc"));
    EXPECT_THAT(errors, IsEmpty());
    std::string too_short = co_await ask(where, get("/short", ""));
    EXPECT_THAT(too_short, EndsWith("abcabcabc"));
    std::string too_long = co_await ask(where, get("/long", ""));
    EXPECT_THAT(too_long, EndsWith("abcabc"));
    std::string broken = co_await ask(where, get("/breaks", ""));
    EXPECT_THAT(broken, Not(HasSubstr("\r\n0\r\n")));
    EXPECT_EQ(errors.size(), 3u);
  }));
}

TEST_P(HttpServer, Expect100) {
  auto answer = [](incoming& r) -> task<response> {
    if (r.path() == "/no") co_return response(403);
    co_return co_await echo(r);
  };
  run_here(with_server(answer, {}, [](address where) -> task<> {
    std::string fields = " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    stream s = co_await connect(where);
    co_await s.write("POST /yes" + fields);
    buffered_reader in(s);
    auto line = co_await in.read_line();
    EXPECT_EQ(line, "HTTP/1.1 100 Continue");
    line = co_await in.read_line();
    EXPECT_EQ(line, "");
    co_await s.write("hi");
    line = co_await in.read_line();
    EXPECT_EQ(line, "HTTP/1.1 200 OK");
    // Not wanted: nobody knows whether it comes, so the connection ends.
    std::string refused = co_await ask(where, "POST /no" + fields);
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 403"));
    EXPECT_THAT(refused, HasSubstr("Connection: close"));
    // The body came without waiting.
    std::string at_once = co_await ask(where, "POST /yes" + fields + "hi" + get("/next"));
    EXPECT_THAT(at_once, Not(HasSubstr("100 Continue")));
    EXPECT_THAT(at_once, EndsWith("GET /next|"));
  }));
}

TEST_P(HttpServer, RefusesWhatIsWrong) {
  server_options options;
  options.max_header_bytes = 500;
  options.max_body_bytes = 100;
  run_here(with_server(echo, options, [](address where) -> task<> {
    std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    std::pair<std::string, std::string> cases[] = {
        {"garbage\r\n\r\n", "400"},
        {"\x16\x03\x01\x02\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/3.0\r\n\r\n", "505"},
        {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET x HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/smuggled"), "400"},
        {post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + get("/smuggled"), "400"},
        {post + "Transfer-Encoding: gzip\r\n\r\n" + get("/smuggled"), "501"},
        {post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + get("/smuggled"), "400"},
        {post + "X: " + std::string(600, 'x') + "\r\n\r\n", "431"},
        {post + "X: " + std::string(2'000'000, 'x'), "431"},
        {post + "Content-Length: 101\r\n\r\n" + std::string(101, 'x'), "413"},
        {post + "Content-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'), "413"},
        {post + "Transfer-Encoding: chunked\r\n\r\n70\r\n" + std::string(112, 'x') + "\r\n0\r\n\r\n", "413"},
    };
    for (const auto& [bytes, status] : cases) {
      std::string answer;
      try {
        answer = co_await ask(where, bytes);
      } catch (const std::system_error&) {
        answer = "reset while it was written";  // megabytes that nobody reads to their end
        EXPECT_GT(bytes.size(), 1'000'000u);
        continue;
      }
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + status)) << bytes.substr(0, 200);
      EXPECT_EQ(count(answer, "\r\nDate: "), 1u) << answer;
      EXPECT_THAT(answer, HasSubstr("Connection: close"));
    }
    std::string fine = co_await ask(where, get("/fine"));
    EXPECT_THAT(fine, EndsWith("GET /fine|"));
  }));
}

TEST_P(HttpServer, HandlersThatThrow) {
  auto answer = [](incoming& r) -> task<response> {
    if (r.path() == "/std") throw std::runtime_error("secret");
    if (r.path() == "/int") throw 1;
    if (r.path() == "/status") co_return response(99);
    if (r.path() == "/cancelled") throw cancelled{};
    co_return co_await echo(r);
  };
  std::vector<std::string> errors;
  server_options options;
  options.on_error = [&errors](const std::string& e) { errors.push_back(e); };
  run_here(with_server(answer, options, [](address where) -> task<> {
    std::string all = co_await ask(
        where, get("/std", "") + get("/int", "") + get("/cancelled", "") + get("/status", "") + get("/fine"));
    EXPECT_EQ(count(all, "HTTP/1.1 500"), 4u);
    EXPECT_THAT(all, EndsWith("GET /fine|"));
    EXPECT_THAT(all, Not(HasSubstr("secret")));
  }));
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_THAT(errors[0], HasSubstr("GET /std: the handler failed: secret"));
}

TEST_P(HttpServer, BodiesThatNobodyReads) {
  auto answer = [](incoming&) -> task<response> { co_return response(200, "fine"); };
  server_options options;
  options.max_body_bytes = 10'000'000;
  run_here(with_server(answer, options, [](address where) -> task<> {
    std::string post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x');
    std::string all = co_await ask(where, post + post + get("/"));
    EXPECT_EQ(count(all, "200 OK"), 3u);
    // Too much: the answer arrives all the same, and the connection ends.
    stream s = co_await connect(where);
    co_await s.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" + std::string(400'000, 'x'));
    std::string refused = co_await read_to_end(s);
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 200 OK"));
  }));
}

TEST_P(HttpServer, SlowClients) {
  server_options options;
  options.header_timeout = 200ms;
  options.body_timeout = 200ms;
  options.idle_timeout = 200ms;
  options.min_rate = 1'000'000;
  run_here(with_server(echo, options, [](address where) -> task<> {
    // A byte now and then would be for ever.
    auto drip = [](address to, std::string bytes) -> task<std::string> {
      stream s = co_await connect(to);
      std::string answer;
      co_await with_scope([&](scope& both) -> task<> {
        both.spawn([](stream& out, std::string text) -> task<> {
          try {
            for (char c : text) {
              co_await out.write({&c, 1});
              co_await sleep_for(5ms);
            }
          } catch (const std::system_error&) {
          }
        }(s, bytes));
        answer = co_await read_to_end(s);
        both.cancel();
      });
      co_return answer;
    };
    std::string head = co_await with_timeout(10s, drip(where, get("/" + std::string(1000, 'x'))));
    EXPECT_THAT(head, StartsWith("HTTP/1.1 408"));
    stream s = co_await connect(where);
    co_await s.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    auto slow_body = [](stream& out) -> task<> {
      try {
        for (;;) {
          co_await out.write("x");
          co_await sleep_for(5ms);
        }
      } catch (const std::system_error&) {
      }
    };
    co_await with_scope([&](scope& both) -> task<> {
      both.spawn(slow_body(s));
      std::string body = co_await with_timeout(10s, read_to_end(s));
      EXPECT_THAT(body, StartsWith("HTTP/1.1 408"));
      both.cancel();
    });
    // Silence.
    std::string silent = co_await with_timeout(10s, ask(where, ""));
    EXPECT_EQ(silent, "");
    std::string after_one = co_await with_timeout(10s, ask(where, get("/", "")));
    EXPECT_EQ(count(after_one, "HTTP/1.1 "), 1u);
  }));
}

TEST_P(HttpServer, ClientsThatDoNotRead) {
  auto answer = [](incoming& r) -> task<response> {
    if (r.path() == "/small") co_return response(200, "small");
    std::string large;
    large.resize(20'000'000, 'x');
    co_return response(200, large);
  };
  server_options options;
  options.write_timeout = 60ms;
  options.min_rate = 100'000'000;
  options.max_connections = 1;
  run_here(with_server(answer, options, [](address where) -> task<> {
    stream s = co_await connect(where);
    int small = 16384;  // or the kernel takes it all
    ::setsockopt(s.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    co_await s.write(get("/"));
    // Does not read until the server has given up, for then there is room for another.
    std::string other = co_await with_timeout(30s, ask(where, get("/small")));
    EXPECT_THAT(other, EndsWith("small"));
    std::string some = co_await with_timeout(10s, read_to_end(s));
    EXPECT_LT(some.size(), 20'000'000u);
  }));
}

TEST_P(HttpServer, MostConnections) {
  server_options options;
  options.max_connections = 2;
  run_here(with_server(echo, options, [](address where) -> task<> {
    stream one = co_await connect(where);
    co_await one.write(get("/", ""));
    char buffer[1000];
    co_await one.read_some(buffer);
    stream two = co_await connect(where);
    co_await two.write(get("/", ""));
    co_await two.read_some(buffer);
    // The one that has been idle for longest makes room.
    std::string third = co_await with_timeout(10s, ask(where, get("/3")));
    EXPECT_THAT(third, EndsWith("GET /3|"));
    std::size_t n = co_await one.read_some(buffer);
    EXPECT_EQ(n, 0u);
    co_await two.write(get("/2"));
    std::string rest = co_await read_to_end(two);
    EXPECT_THAT(rest, EndsWith("GET /2|"));
  }));
}

TEST_P(HttpServer, ClosedAtEachByte) {
  server_options options;
  options.on_error = [](const std::string& e) { ADD_FAILURE() << e; };
  run_here(with_server(echo, options, [](address where) -> task<> {
    std::string request = "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    for (std::size_t n = 0; n <= request.size(); ++n) {
      stream s = co_await connect(where);
      co_await s.write(std::string_view(request).substr(0, n));
      if (n % 2) continue;  // gone
      s.shutdown_write();
      std::string answer = co_await with_timeout(10s, read_to_end(s));
      std::size_t head = request.find("\r\n\r\n") + 4;
      if (n == request.size()) {
        EXPECT_THAT(answer, HasSubstr("POST /x|hello"));
      } else if (n < head) {
        EXPECT_EQ(answer, "") << n;
      } else {
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << n;
      }
    }
    std::string fine = co_await ask(where, get("/fine"));
    EXPECT_THAT(fine, EndsWith("GET /fine|"));
  }));
}

TEST_P(HttpServer, ACleanEnd) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    channel<char> go(1);
    int begun = 0;
    int ended = 0;
    auto answer = [&](incoming& r) -> task<response> {
      ++begun;
      struct at_end {
        int& n;
        ~at_end() { ++n; }
      } counted{ended};
      if (r.path() == "/wait") co_await go.receive();
      if (r.path() == "/never") co_await sleep_for(1h);
      co_return co_await echo(r);
    };
    server_options options;
    options.shutdown_timeout = 1s;
    stream idle;
    stream busy;
    stream stuck;
    bool was_cancelled = false;
    auto server = [&]() -> task<> {
      try {
        co_await serve(l, answer, options);
      } catch (const cancelled&) {
        was_cancelled = true;
        throw;
      }
    };
    auto client = [&](scope& s) -> task<> {
      char buffer[1000];
      idle = co_await connect(l.local_address());
      co_await idle.write(get("/", ""));
      co_await idle.read_some(buffer);
      busy = co_await connect(l.local_address());
      co_await busy.write(get("/wait", ""));
      stuck = co_await connect(l.local_address());
      co_await stuck.write(get("/never", ""));
      while (begun != 3 || ended != 1) co_await yield();
      s.cancel();
    };
    auto late = [&]() -> task<> {
      // While the server drains: the idle one has been closed, the busy one is answered.
      std::string nothing = co_await read_to_end(idle);
      EXPECT_EQ(nothing, "");
      char word = 0;
      go.try_send(word);
      std::string answered = co_await read_to_end(busy);
      EXPECT_THAT(answered, HasSubstr("Connection: close"));
      EXPECT_THAT(answered, EndsWith("GET /wait|"));
      std::string cut = co_await read_to_end(stuck);
      EXPECT_EQ(cut, "");
    };
    auto serving = [&]() -> task<> {
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn(server());
        co_await client(s);
      });
    };
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(serving());
      while (!stuck.is_open() || ended != 1) co_await sleep_for(1ms);
      co_await late();
    });
    EXPECT_TRUE(was_cancelled);
    EXPECT_EQ(ended, 3);
  }());
}

TEST_P(HttpServer, ItsListenersError) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    bool failed = false;
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn([](listener& x) -> task<> {
        co_await sleep_for(5ms);
        x.close();
      }(l));
      try {
        co_await serve(l, echo);
      } catch (const std::system_error&) {
        failed = true;
      }
    });
    EXPECT_TRUE(failed);
  }());
}

void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

TEST_P(HttpServer, Files) {
  std::filesystem::path site = folder / "site";
  write(site / "index.html", "<p>index");
  write(site / "a b.txt", "spaces");
  write(site / "sub" / "index.html", "sub");
  write(site / "large.bin", std::string(300'000, 'x'));
  write(site / "empty.css", "");
  write(folder / "secret.txt", "secret");
  write(site / "locked.txt", "locked");
  std::filesystem::create_symlink(folder / "secret.txt", site / "out.txt");
  std::filesystem::create_symlink("..", site / "up");
  std::filesystem::create_symlink("sub/index.html", site / "in.html");
  ::mkfifo((site / "fifo").c_str(), 0600);
  static_files files(site.string());
  EXPECT_THROW(static_files((folder / "none").string()), std::system_error);
  auto answer = [files](incoming& r) -> task<response> {
    if (r.path() == "/renamed") co_return co_await files(r, "/sub/index.html");
    co_return co_await files(r);
  };
  run_here(with_server(answer, {}, [](address where) -> task<> {
    std::string index = co_await ask(where, get("/"));
    EXPECT_THAT(index, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
    EXPECT_THAT(index, EndsWith("\r\n\r\n<p>index"));
    std::string spaces = co_await ask(where, get("/a%20b.txt?query"));
    EXPECT_THAT(spaces, EndsWith("spaces"));
    std::string sub = co_await ask(where, get("/sub/"));
    EXPECT_THAT(sub, EndsWith("\r\n\r\nsub"));
    std::string renamed = co_await ask(where, get("/renamed"));
    EXPECT_THAT(renamed, EndsWith("\r\n\r\nsub"));
    std::string inside = co_await ask(where, get("/in.html"));
    EXPECT_THAT(inside, EndsWith("\r\n\r\nsub"));
    std::string moved = co_await ask(where, get("//sub"));
    EXPECT_THAT(moved, HasSubstr("301 Moved Permanently"));
    EXPECT_THAT(moved, HasSubstr("Location: /sub/\r\n"));
    std::string large = co_await ask(where, get("/large.bin"));
    EXPECT_THAT(large, HasSubstr("Content-Length: 300000\r\n"));
    EXPECT_EQ(count(large, "x"), 300'000u);
    std::string empty = co_await ask(where, get("/empty.css"));
    EXPECT_THAT(empty, HasSubstr("Content-Length: 0\r\n"));
    std::string head = co_await ask(where, "HEAD /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("Content-Length: 300000\r\n"));
    EXPECT_THAT(head, EndsWith("\r\n\r\n"));
    std::string post = co_await ask(where, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(post, StartsWith("HTTP/1.1 405"));
    for (const char* path : {"/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
                             "/out.txt", "/up/secret.txt", "/fifo", "/none", "/index.html/x", "//etc/passwd",
                             "/sub/../../site/../secret.txt", "/proc/self/root/etc/passwd"}) {
      std::string refused = co_await ask(where, get(path));
      EXPECT_THAT(refused, StartsWith("HTTP/1.1 404")) << path;
    }
    // What the client has already.
    std::size_t begin = index.find("ETag: ") + 6;
    std::string tag = index.substr(begin, index.find("\r\n", begin) - begin);
    std::string same = co_await ask(where, get("/", "Connection: close\r\nIf-None-Match: \"x\", W/" + tag + "\r\n"));
    EXPECT_THAT(same, StartsWith("HTTP/1.1 304"));
    EXPECT_THAT(same, EndsWith("\r\n\r\n"));
    std::string other = co_await ask(where, get("/", "Connection: close\r\nIf-None-Match: \"x\"\r\n"));
    EXPECT_THAT(other, StartsWith("HTTP/1.1 200"));
    begin = index.find("Last-Modified: ") + 15;
    std::string date = index.substr(begin, index.find("\r\n", begin) - begin);
    std::string since = co_await ask(where, get("/", "Connection: close\r\nIf-Modified-Since: " + date + "\r\n"));
    EXPECT_THAT(since, StartsWith("HTTP/1.1 304"));
  }));
}

}  // namespace
}  // namespace lockstep::async::http
