// Names and buffered streams.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "lockstep/async/buffered.h"
#include "lockstep/async/dns.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/timeout.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;

class Streams : public on_both_backends {};
LOCKSTEP_ON_BOTH_BACKENDS(Streams);

TEST_P(Streams, Names) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    std::vector<address> all = co_await resolve("127.0.0.1", "80");
    EXPECT_EQ(all.at(0).to_string(), "127.0.0.1:80");
    stream s = co_await connect("127.0.0.1", std::to_string(l.local_address().port()));
    EXPECT_TRUE(s.is_open());
    bool failed = false;
    try {
      co_await resolve("no.such.name.invalid", "80");
    } catch (const resolve_error& e) {
      failed = std::string(e.what()).find("no.such.name.invalid") != std::string::npos;
    }
    EXPECT_TRUE(failed);
  }());
}

TEST(Address, Texts) {
  EXPECT_EQ(address::ip("192.0.2.1", 80).to_string(), "192.0.2.1:80");
  EXPECT_EQ(address::ip("::1", 443).to_string(), "[::1]:443");
  EXPECT_EQ(address::local("/run/x.sock").to_string(), "/run/x.sock");
  EXPECT_EQ(address::local("@name").to_string(), "@name");
  EXPECT_EQ(address().to_string(), "(none)");
  EXPECT_THROW(address::ip("example.org", 80), std::invalid_argument);
  EXPECT_THROW(address::local(std::string(200, 'x')), std::invalid_argument);
}

TEST_P(Streams, LinesAndBlocks) {
  run_here([]() -> task<> {
    auto [a, b] = stream_pair();
    buffered_reader in(b, 20);
    co_await a.write("one\r\ntw");
    auto line = co_await in.read_line();
    EXPECT_EQ(line, "one");
    // A line that is cancelled half way is not lost.
    bool late = false;
    try {
      co_await with_timeout(1ms, in.read_line());
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    co_await a.write("o\n\nblock");
    line = co_await in.read_line();
    EXPECT_EQ(line, "two");
    line = co_await in.read_line();
    EXPECT_EQ(line, "");
    std::string block = co_await in.read_exactly(3);
    EXPECT_EQ(block, "blo");
    char rest[10];
    std::size_t n = co_await in.read_some(rest);
    EXPECT_EQ(std::string(rest, n), "ck");
    co_await a.write(std::string(30, 'x'));
    bool too_long_line = false;
    try {
      co_await in.read_line();
    } catch (const too_long&) {
      too_long_line = true;
    }
    EXPECT_TRUE(too_long_line);
    std::string skipped = co_await in.read_exactly(29);
    a.close();
    bool ended = false;
    try {
      co_await in.read_line();
    } catch (const unexpected_end&) {
      ended = true;
    }
    EXPECT_TRUE(ended);
    skipped = co_await in.read_exactly(1);
    line = co_await in.read_line();
    EXPECT_FALSE(line);
  }());
}

}  // namespace
}  // namespace lockstep::async
