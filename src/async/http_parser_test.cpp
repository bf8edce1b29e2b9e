// The parser: what is let pass, what is refused, and that it makes no difference how the bytes are cut.
#include "http_parser.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace lockstep::async::http {
namespace {

struct outcome {
  std::optional<failure> refused;
  message_head head;
  std::string body;
  bool done = false;
  std::size_t taken = 0;
};

/// Everything that a message's bytes give, `part` at a time.
outcome parse(message_parser::kind kind, std::string_view bytes, std::size_t part, const parser_limits& limits = {},
              bool to_head = false) {
  outcome o;
  message_parser p(kind, limits);
  if (to_head) p.expect_no_body();
  std::string held;
  std::size_t brought = 0;
  char out[7];
  try {
    while (!p.done()) {
      std::size_t given = 0;
      std::size_t taken = p.head_done() ? p.put_body(held, out, given) : p.put_head(held);
      held.erase(0, taken);
      o.taken += taken;
      o.body.append(out, given);
      if (given != 0 || (taken != 0 && !held.empty())) continue;
      if (p.done()) break;
      if (brought == bytes.size()) {
        p.put_end();
        break;
      }
      std::string_view next = bytes.substr(brought, part);
      held += next;
      brought += next.size();
    }
    o.done = p.done();
  } catch (const error& e) {
    o.refused = e.failure();
  }
  o.head = p.head();
  return o;
}

outcome request(std::string_view bytes, const parser_limits& limits = {}) {
  outcome whole = parse(message_parser::kind::request, bytes, bytes.size() + 1, limits);
  for (std::size_t part : {1, 2, 3, 7, 50}) {
    outcome again = parse(message_parser::kind::request, bytes, part, limits);
    EXPECT_EQ(again.refused, whole.refused) << bytes << " by " << part;
    if (!whole.refused) {
      EXPECT_EQ(again.body, whole.body) << bytes << " by " << part;
    }
    EXPECT_EQ(again.done, whole.done) << bytes << " by " << part;
  }
  return whole;
}
std::optional<failure> refused(std::string_view bytes, const parser_limits& limits = {}) {
  return request(bytes, limits).refused;
}
outcome response(std::string_view bytes) { return parse(message_parser::kind::response, bytes, bytes.size() + 1); }

TEST(HttpParser, ARequest) {
  outcome o = request("POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-Y:  z \r\n\r\nhelloGET");
  EXPECT_TRUE(o.done);
  EXPECT_EQ(o.head.method, "POST");
  EXPECT_EQ(o.head.target, "/a?b");
  EXPECT_EQ(o.head.version, 11);
  EXPECT_EQ(o.head.headers.get("x-y"), "z");
  EXPECT_EQ(o.body, "hello");
}

TEST(HttpParser, Chunks) {
  outcome o = request(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_TRUE(o.done);
  EXPECT_EQ(o.body, "hello world");
  EXPECT_FALSE(o.head.headers.contains("Trailer"));
}

// Each of these is read in two ways by two parsers somewhere.
TEST(HttpParser, Smuggling) {
  auto post = [](const std::string& fields, const std::string& body = "") {
    return refused("POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body);
  };
  std::string chunk = "1\r\nx\r\n0\r\n\r\n";
  EXPECT_EQ(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunk), failure::malformed);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunk), failure::malformed);
  EXPECT_EQ(post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Content-Length: 5, 5\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Content-Length: +5\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Content-Length: -5\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Content-Length: 0x5\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Content-Length:\r\n"), failure::malformed);
  EXPECT_EQ(post("Content-Length: 18446744073709551616\r\n"), failure::malformed);
  EXPECT_EQ(post("Content-Length : 5\r\n", "hello"), failure::malformed);
  EXPECT_EQ(post("Transfer-Encoding: xchunked\r\n", chunk), failure::unsupported);
  EXPECT_EQ(post("Transfer-Encoding: identity\r\n", chunk), failure::unsupported);
  EXPECT_EQ(post("Transfer-Encoding: gzip, chunked\r\n", chunk), failure::unsupported);
  EXPECT_EQ(post("Transfer-Encoding: chunked, gzip\r\n", chunk), failure::unsupported);
  EXPECT_EQ(post("Transfer-Encoding: chunked, chunked\r\n", chunk), failure::unsupported);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunk), failure::malformed);
  EXPECT_EQ(post("Transfer-Encoding : chunked\r\n", chunk), failure::malformed);
  EXPECT_EQ(post("Transfer-Encoding: \"chunked\"\r\n", chunk), failure::unsupported);
  EXPECT_EQ(post("X: y\nTransfer-Encoding: chunked\r\n", chunk), failure::malformed);
  EXPECT_EQ(post("X: y\rTransfer-Encoding: chunked\r\n", chunk), failure::malformed);
  EXPECT_EQ(post(std::string("X: y\0z\r\n", 8)), failure::malformed);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n"), failure::malformed);
  EXPECT_EQ(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk), failure::malformed);
  EXPECT_EQ(post("Host: y\r\n"), failure::malformed);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), failure::malformed);
  // In trailers, too.
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"), failure::malformed);
}

TEST(HttpParser, BadChunks) {
  auto body = [](const std::string& chunks) {
    return refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
  };
  EXPECT_EQ(body("5\r\nhelloX\r\n0\r\n\r\n"), failure::malformed);
  EXPECT_EQ(body("g\r\n\r\n"), failure::malformed);
  EXPECT_EQ(body("g\r\n"), failure::truncated);
  EXPECT_EQ(body("-1\r\nx\r\n0\r\n\r\n"), failure::malformed);
  EXPECT_EQ(body("0x1\r\nx\r\n0\r\n\r\n"), failure::malformed);
  EXPECT_EQ(body("\r\nxyz"), failure::malformed);
  EXPECT_EQ(body("11111111111111111\r\nx"), failure::malformed);
  EXPECT_EQ(body("1\nx\n0\n\n"), failure::truncated);
  EXPECT_EQ(body("1 x\r\nx\r\n0\r\n\r\n"), failure::malformed);
  EXPECT_EQ(body("5\r\nhel"), failure::truncated);
  EXPECT_EQ(body("5\r\nhello\r\n0\r\n"), failure::truncated);
}

TEST(HttpParser, Garbage) {
  EXPECT_EQ(refused("\x16\x03\x01\x02garbage\r\n\r\n"), failure::malformed);
  EXPECT_EQ(refused("GET\r\n\r\n"), failure::malformed);
  EXPECT_EQ(refused("GET / FOOBAR/1.1\r\n\r\n"), failure::malformed);
  EXPECT_EQ(refused("GET / HTTP/2.0\r\n\r\n"), failure::unsupported);
  EXPECT_EQ(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), failure::unsupported);
  EXPECT_EQ(refused("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"), failure::malformed);
  EXPECT_EQ(refused("G<T / HTTP/1.1\r\nHost: x\r\n\r\n"), failure::malformed);
  EXPECT_EQ(refused(""), failure::truncated);
  EXPECT_EQ(refused("GET / HT"), failure::truncated);
  EXPECT_EQ(response("HTTP/1.1 abc OK\r\n\r\n").refused, failure::malformed);
  EXPECT_EQ(response("ICY 200 OK\r\n\r\n").refused, failure::malformed);
  EXPECT_EQ(response("HTTP/2 200\r\n\r\n").refused, failure::unsupported);
}

TEST(HttpParser, Limits) {
  parser_limits small{.header_bytes = 100, .body_bytes = 10};
  std::string ok = "GET / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(refused(ok + "\r\n", small), std::nullopt);
  // One long field, many short ones, a first line without end.
  EXPECT_EQ(refused(ok + "X: " + std::string(100, 'x') + "\r\n\r\n", small), failure::header_limit);
  std::string many;
  for (int i = 0; i < 30; ++i) many += "A: b\r\n";
  EXPECT_EQ(refused(ok + many + "\r\n", small), failure::header_limit);
  EXPECT_EQ(refused(std::string(200, 'x'), small), failure::header_limit);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world", small), failure::body_limit);
  std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(refused(chunked + "a\r\n0123456789\r\n0\r\n\r\n", small), std::nullopt);
  EXPECT_EQ(refused(chunked + "9\r\n012345678\r\n2\r\nab\r\n0\r\n\r\n", small), failure::body_limit);
  EXPECT_EQ(refused(chunked + "ffffffffffffff\r\n", small), failure::body_limit);
  // A byte in a wrapping of a hundred.
  parser_limits wide{.header_bytes = 100, .body_bytes = 1000};
  std::string wrapped;
  for (int i = 0; i < 10; ++i) wrapped += "1;" + std::string(90, 'x') + "\r\ny\r\n";
  EXPECT_EQ(refused(chunked + wrapped + "0\r\n\r\n", wide), failure::malformed);
  EXPECT_EQ(refused(chunked + "0\r\nX: " + std::string(200, 'x') + "\r\n\r\n", wide), failure::malformed);
  std::string bytewise;
  for (int i = 0; i < 500; ++i) bytewise += "1\r\ny\r\n";
  EXPECT_EQ(refused(chunked + bytewise + "0\r\n\r\n", wide), std::nullopt);
}

TEST(HttpParser, Responses) {
  outcome o = response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(o.done);
  EXPECT_EQ(o.head.status, 200);
  EXPECT_EQ(o.head.reason, "OK");
  EXPECT_EQ(o.body, "hi");
  // To the end of the connection.
  o = response("HTTP/1.1 200 OK\r\n\r\nuntil the end");
  EXPECT_TRUE(o.done);
  EXPECT_EQ(o.body, "until the end");
  o = response("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(o.done);
  o = response("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(o.done);
  o = response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi");
  EXPECT_EQ(o.refused, failure::truncated);
  o = parse(message_parser::kind::response, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", 100, {}, true);
  EXPECT_TRUE(o.done);
}

TEST(HttpHeaders, AreChecked) {
  headers h{{"A", "1"}, {"b", "2"}};
  h.add("a", "3");
  EXPECT_EQ(h.get("A"), "1");
  EXPECT_EQ(h.size(), 3u);
  h.set("a", "4");
  EXPECT_EQ(h.get("A"), "4");
  EXPECT_EQ(h.size(), 2u);
  EXPECT_TRUE(h.remove("B"));
  EXPECT_FALSE(h.remove("B"));
  EXPECT_FALSE(h.contains("b"));
  EXPECT_EQ(h.get("b"), "");
  EXPECT_THROW(h.add("a b", "x"), std::invalid_argument);
  EXPECT_THROW(h.add("", "x"), std::invalid_argument);
  EXPECT_THROW(h.add("a", "x\r\nSet-Cookie: y"), std::invalid_argument);
  EXPECT_THROW(h.set("a", std::string("x\0y", 3)), std::invalid_argument);
  EXPECT_EQ(usual_reason(404), "Not Found");
  EXPECT_EQ(usual_reason(299), "");
}

}  // namespace
}  // namespace lockstep::async::http
