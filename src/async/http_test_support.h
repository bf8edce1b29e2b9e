// What the tests of HTTP share: a server while a task runs, and raw bytes to it.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "lockstep/async/http.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"

namespace lockstep::async::http {

/// Serves while `use` runs.
inline task<> with_server(handler h, server_options o, std::function<task<>(address)> use) {
  listener l = listen(address::loopback());
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(serve(l, std::move(h), std::move(o)));
    co_await use(l.local_address());
    s.cancel();
  });
}

inline std::string url_of(const address& a, const std::string& target = "/") {
  return "http://" + a.to_string() + target;
}

/// Everything until the other end closes; what a reset leaves of it.
inline task<std::string> read_to_end(stream& s) {
  std::string all;
  char buffer[4096];
  try {
    while (std::size_t n = co_await s.read_some(buffer)) all.append(buffer, n);
  } catch (const std::system_error&) {
  }
  co_return all;
}

/// What a server answers to these bytes until it closes the connection.
inline task<std::string> ask(address where, std::string bytes) {
  stream s = co_await connect(where);
  co_await s.write(bytes);
  co_return co_await read_to_end(s);
}

}  // namespace lockstep::async::http
