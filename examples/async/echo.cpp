// An echo server: echo [PORT]. Each client is a task of one scope; one that is silent for a minute is shown out, and
// one whose connection breaks takes nobody with it.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/signal.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/when_any.h"

using namespace lockstep::async;
using namespace std::chrono_literals;

namespace {

task<std::size_t> receive(stream& client, std::span<char> buffer) { co_return co_await client.read_some(buffer); }

task<> echo(stream client) {
  char buffer[4096];
  try {
    while (std::size_t n = co_await with_timeout(1min, receive(client, buffer))) co_await client.write({buffer, n});
  } catch (const timeout_error&) {
  } catch (const std::system_error& e) {
    std::fprintf(stderr, "a client: %s\n", e.what());
  }
}

task<> serve(listener& l) {
  co_await with_scope([&](scope& s) -> task<> {
    for (;;) s.spawn(echo(co_await l.accept()));
  });
}

task<int> interrupted() {
  signal_set signals({SIGINT, SIGTERM});
  co_return co_await signals.next();
}

task<> program(std::uint16_t port) {
  listener l = listen(address::loopback(port));
  std::printf("%s\n", l.local_address().to_string().c_str());
  std::fflush(stdout);
  co_await when_any(serve(l), interrupted());
}

}  // namespace

int main(int argc, char** argv) { run(program(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0))); }
