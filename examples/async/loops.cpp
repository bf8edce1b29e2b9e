// A server on all processors: loops [PORT [LOOPS]]. Each thread runs a loop of its own; the loops share nothing but the
// port, whose connections the kernel spreads over them (SO_REUSEPORT). A client sends a number in a line, and is told how
// many primes are smaller. That computes, so it is done by a work-stealing pool that all loops share: while a thread of it
// counts, the loops go on serving, and a long count is no longer than the others' turns.
//
// Ends on SIGTERM or SIGINT: each loop hears of the signal by itself.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "lockstep/async/buffered.h"
#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/signal.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/to_thread.h"
#include "lockstep/async/when_any.h"
#include "lockstep/sync/thread_pool.h"

using namespace lockstep::async;

namespace {

int primes_below(int n) {
  int count = 0;
  for (int i = 2; i < n; ++i) {
    bool prime = true;
    for (int d = 2; d * d <= i && prime; ++d) prime = i % d != 0;
    count += prime;
  }
  return count;
}

task<> answer(stream client, lockstep::sync::thread_pool& pool, long& served) {
  try {
    buffered_reader in(client, 100);
    while (std::optional<std::string> line = co_await in.read_line()) {
      int n = 0;
      std::from_chars(line->data(), line->data() + line->size(), n);
      auto count = [n] { return primes_below(n); };
      int primes = co_await to_thread(pool, count);
      co_await client.write(std::to_string(primes) + "\n");
      ++served;
    }
  } catch (const std::runtime_error& e) {
    std::fprintf(stderr, "a client: %s\n", e.what());
  }
}

task<> serve(listener& l, lockstep::sync::thread_pool& pool, long& served) {
  auto accept = [&](scope& s) -> task<> {
    for (;;) s.spawn(answer(co_await l.accept(), pool, served));
  };
  co_await with_scope(accept);
}

/// What one thread does; `listening` is told the port. The first loop finds one, the others are given it.
task<long> program(std::uint16_t port, std::promise<std::uint16_t>& listening, lockstep::sync::thread_pool& pool) {
  signal_set ends({SIGTERM, SIGINT});
  listener l = listen(address::loopback(port), {.reuse_port = true});
  listening.set_value(l.local_address().port());
  long served = 0;
  co_await when_any(serve(l, pool, served), ends.next());
  co_return served;
}

long run_loop(std::uint16_t port, std::promise<std::uint16_t>& listening, lockstep::sync::thread_pool& pool) {
  try {
    return run(program(port, listening, pool));
  } catch (const std::system_error& e) {
    std::fprintf(stderr, "loops: %s\n", e.what());
    std::_Exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  auto loops = static_cast<unsigned>(argc > 2 ? std::atoi(argv[2]) : 0);
  if (loops == 0) loops = std::max(std::thread::hardware_concurrency(), 1u);
  lockstep::sync::thread_pool pool;
  std::vector<std::jthread> threads;
  std::vector<long> served(loops);
  for (unsigned i = 0; i < loops; ++i) {
    std::promise<std::uint16_t> listening;
    threads.emplace_back([&, i, at = port] { served[i] = run_loop(at, listening, pool); });
    port = listening.get_future().get();
  }
  std::printf("127.0.0.1:%d\n", port);
  std::fflush(stdout);
  threads.clear();
  for (unsigned i = 0; i < loops; ++i) std::printf("loop %u answered %ld\n", i, served[i]);
}
