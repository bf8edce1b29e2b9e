// A program that uses lockstep::async from an installed package: tasks, a scope, a socket; HTTP, and with it TLS.
#include <lockstep/async/http.h>
#include <lockstep/async/run.h>
#include <lockstep/async/scope.h>
#include <lockstep/async/socket.h>

#include <string_view>

using namespace lockstep::async;

task<> answer(listener& l) {
  stream s = co_await l.accept();
  co_await s.write("hello");
}

task<http::response> hello(http::incoming&) { co_return http::response(200, "hello"); }

task<int> over_http() {
  listener l = listen(address::loopback());
  int wrong = 1;
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(http::serve(l, hello));
    http::client c;
    http::response r = co_await c.fetch("http://" + l.local_address().to_string() + "/");
    wrong = r.body != "hello";
    s.cancel();
  });
  co_return wrong;
}

task<int> program() {
  listener l = listen(address::loopback());
  int wrong = 1;
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(answer(l));
    stream c = co_await connect(l.local_address());
    char buffer[16];
    std::size_t n = co_await c.read_some(buffer);
    wrong = std::string_view(buffer, n) != "hello";
  });
  wrong += co_await over_http();
  co_return wrong;
}

int main() { return run(program()); }
