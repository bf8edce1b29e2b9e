// libFuzzer target: whatever bytes a peer of HTTP sends, the parser refuses them or gives a message, the same however
// they are cut into pieces; and a URL is refused or read, the same when it is read again.
//
// The first byte chooses: bit 0 request or response, bit 1 small limits, the rest the size of pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "async/http_parser.h"
#include "async/http_url.h"

namespace {

using namespace lockstep::async::http;

struct outcome {
  bool refused = false;
  bool done = false;
  std::string head;
  std::string body;
  std::size_t taken = 0;
};

outcome parse(message_parser::kind kind, std::string_view bytes, std::size_t part, const parser_limits& limits) {
  outcome o;
  message_parser p(kind, limits);
  std::string held;
  char out[11];
  try {
    while (!p.done()) {
      std::size_t given = 0;
      std::size_t n = p.head_done() ? p.put_body(held, out, given) : p.put_head(held);
      if (n > held.size() || given > sizeof out) std::abort();
      held.erase(0, n);
      o.taken += n;
      o.body.append(out, given);
      if (given != 0 || (n != 0 && !held.empty()) || p.done()) continue;
      if (bytes.empty()) {
        p.put_end();
        break;
      }
      held += bytes.substr(0, part);
      bytes.remove_prefix(std::min(part, bytes.size()));
    }
    o.done = p.done();
    o.head = p.head().method + " " + p.head().target + " " + std::to_string(p.head().status) + " " + p.head().reason;
    for (const auto& [name, value] : p.head().headers) o.head += "\n" + name + ":" + value;
    if (o.body.size() > limits.body_bytes || o.head.size() > 2 * limits.header_bytes + 64) std::abort();
  } catch (const error&) {
    o.refused = true;
  }
  return o;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto kind = data[0] & 1 ? message_parser::kind::response : message_parser::kind::request;
  parser_limits limits;
  if (data[0] & 2) limits = {64, 32};
  outcome whole = parse(kind, bytes, bytes.size() + 1, limits);
  outcome cut = parse(kind, bytes, 1 + (data[0] >> 2), limits);
  if (whole.refused != cut.refused) std::abort();
  if (!whole.refused && (whole.done != cut.done || whole.head != cut.head || whole.body != cut.body)) std::abort();
  if (!whole.refused && whole.taken != cut.taken) std::abort();

  std::string_view text = bytes.substr(0, 2000);
  try {
    url u = parse_url(text);
    url again = parse_url(u.text());
    if (again.text() != u.text() || again.host != u.host || u.target[0] != '/') std::abort();
    for (char c : u.text()) {
      if (c <= ' ' || c == 0x7f) std::abort();
    }
  } catch (const error&) {
  }
  try {
    url base = parse_url("https://example.org/a/b?c");
    url next = resolve_url(base, text);
    if (next.host.empty() || next.target[0] != '/') std::abort();
  } catch (const error&) {
  }
  return 0;
}
