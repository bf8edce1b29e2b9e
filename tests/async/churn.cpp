// Connections that come and go, well and badly: churn CONNECTIONS SECONDS. Exit status 0: all of this held.
//
// - Who behaves is answered, whatever the others do: resets, half-closed connections, readers that stop reading, silence,
//   operations cancelled at a random moment, hanging up in the middle; and a server that is out of descriptors.
// - Nothing leaks: after each phase the server has the descriptors that it began with; after the last one, the memory
//   that it had after the first.
// - Nothing is stuck: a phase ends when its clients have ended.
// - The end is quick: with all connections open, cancelling them takes less than a second of the processor.
//
// The clients are another process (each has a limit of its own for descriptors): churn clients PORT CONNECTIONS SECONDS.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include "lockstep/async/channel.h"
#include "lockstep/async/child.h"
#include "lockstep/async/diagnosis.h"
#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"

namespace {

using namespace lockstep::async;
using namespace std::chrono_literals;

constexpr std::size_t kLarge = 1'000'000;  // more than a connection's buffers hold
constexpr auto kIdle = 2s;                 // then the server hangs up
constexpr auto kStuck = 60s;
constexpr double kConnectionsPerSecond = 2000;
constexpr double kLongestStay = 5;  // seconds, on average

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "churn: %s\n%s", what.c_str(), dump().c_str());
  std::_Exit(1);
}
std::size_t open_descriptors() {
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++n;
  return n;
}
double processor_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
void limit_descriptors(std::size_t n) {
  rlimit l{};
  ::getrlimit(RLIMIT_NOFILE, &l);
  l.rlim_cur = std::min<rlim_t>(n, l.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &l) != 0) fail("setrlimit");
}

task<std::size_t> read(stream& s, std::span<char> to) { co_return co_await s.read_some(to); }
task<> write(stream& s, std::string_view text) { co_await s.write(text); }

// ---- The server: echoes, and gives kLarge bytes to whoever asks for them by an 'L'

struct Counts {
  long served = 0;
  long timed_out = 0;
  long broken = 0;
  long out_of_descriptors = 0;
};

task<> serve(stream s, Counts& c) {
  try {
    char buffer[512];
    while (std::size_t n = co_await with_timeout(kIdle, read(s, buffer))) {
      if (buffer[0] == 'L') {
        std::string large(kLarge, 'l');
        co_await with_timeout(kIdle, write(s, large));
      } else {
        co_await with_timeout(kIdle, write(s, {buffer, n}));
      }
    }
    ++c.served;
  } catch (const timeout_error&) {
    ++c.timed_out;
  } catch (const std::system_error&) {
    ++c.broken;
  }
}

task<> accept_all(listener& l, scope& sessions, Counts& c, channel<int>* first_all = nullptr, std::size_t all = 0) {
  for (;;) {
    bool wait = false;
    try {
      sessions.spawn(serve(co_await l.accept(), c));
      if (first_all && sessions.running() == all) co_await first_all->send(1);
    } catch (const std::system_error& e) {
      if (e.code() != std::errc::too_many_files_open) throw;
      ++c.out_of_descriptors;
      wait = true;
    }
    if (wait) co_await sleep_for(5ms);
  }
}

task<> guard(std::chrono::nanoseconds patience) {
  co_await sleep_for(patience);
  fail("stuck: the clients of this part do not end, or what serves them");
}

task<> phase(listener& l, Counts& c, std::vector<std::string> clients) {
  auto sessions = [&](scope& open) -> task<> {
    auto accepting = [&](scope& s) -> task<> {
      s.spawn(accept_all(l, open, c));
      child process = child::start(clients);
      if (co_await process.wait() != 0) fail("the clients failed");
      s.cancel();
    };
    co_await with_scope(accepting);
  };
  co_await with_scope(sessions);
}

task<> shut_down(listener& l, Counts& c, std::vector<std::string> clients, std::size_t connections) {
  child process = child::start(clients);
  channel<int> all_there(1);
  double begin = 0;
  auto sessions = [&](scope& open) -> task<> {
    auto accepting = [&](scope& s) -> task<> {
      s.spawn(accept_all(l, open, c, &all_there, connections));
      co_await with_timeout(kStuck, [](channel<int>& from) -> task<> { co_await from.receive(); }(all_there));
      s.cancel();
    };
    co_await with_scope(accepting);
    begin = processor_seconds();
    open.cancel();
  };
  co_await with_scope(sessions);
  double took = processor_seconds() - begin;
  std::printf("the end of %zu connections took %.3f s of the processor\n", connections, took);
  if (took > 1) fail("the end took more than a second");
  if (co_await process.wait() != 0) fail("the last clients failed");
}

task<> server(std::string self, std::size_t connections, double seconds) {
  listener l = listen(address::ip("0.0.0.0", 0));
  std::size_t descriptors = open_descriptors();
  Counts c;
  std::size_t heap = 0;
  auto clients = [&](const char* what, double time) {
    return std::vector<std::string>{self, what, std::to_string(l.local_address().port()), std::to_string(connections),
                                    std::to_string(time)};
  };
  for (int part = 0; part < 4; ++part) {
    // Out of descriptors in the first part; the last two are compared.
    limit_descriptors(part == 0 ? descriptors + connections / 2 : descriptors + connections + 1000);
    auto guarded = [&](scope& s) -> task<> {
      s.spawn(
          guard(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds)) + kStuck));
      co_await phase(l, c, clients("clients", seconds / 4));
      s.cancel();
    };
    co_await with_scope(guarded);
    co_await sleep_for(10ms);  // closing goes through the kernel's queue
    std::size_t now = open_descriptors();
    std::size_t used = ::mallinfo2().uordblks;
    std::printf(
        "part %d: %ld served, %ld timed out, %ld broken, %ld times out of descriptors; %zu descriptors, heap %zu kB\n",
        part, c.served, c.timed_out, c.broken, c.out_of_descriptors, now, used / 1024);
    std::fflush(stdout);
    if (now != descriptors) fail("descriptors leaked");
    if (part == 2) heap = used;
    // Pools may still grow a little: a larger crowd than before met by chance.
    if (part == 3 && used > heap + heap / 10 + 400'000) fail("memory leaked");
  }
  if (c.out_of_descriptors == 0) fail("the server was never out of descriptors");
  if (c.served == 0 || c.timed_out == 0 || c.broken == 0) fail("too little happened");
  co_await shut_down(l, c, clients("idlers", 0), connections);
}

// ---- The clients

struct ClientCounts {
  long good = 0;
  long refused = 0;  // of those that behaved: the server was too slow
};

task<> echo(stream& s, std::mt19937& random, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    std::string text(1 + random() % 400, static_cast<char>('a' + random() % 26));
    co_await s.write(text);
    std::string answer;
    char part[512];
    while (answer.size() < text.size()) {
      std::size_t n = co_await s.read_some(part);
      if (n == 0) throw std::system_error(ECONNRESET, std::generic_category(), "the server hung up");
      answer.append(part, n);
    }
    if (answer != text) fail("another answer than what was sent");
  }
}
task<> whole_echo(address to, std::mt19937& random) {
  stream s = co_await connect(to);
  co_await echo(s, random, 3);
}

enum class Manner { kReset, kHalfClosed, kSlow, kSilent, kDeserted, kCancelled, kHangUp, kStay };

task<> visit(address to, std::mt19937& random, std::chrono::duration<double> stay, ClientCounts& c) {
  // Every other one stays, so that most connections are open at any time.
  auto how = static_cast<Manner>(random() % (2 * static_cast<unsigned>(Manner::kStay)));
  if (how == Manner::kCancelled) {
    try {
      co_await with_timeout(std::chrono::microseconds(random() % 3000), whole_echo(to, random));
    } catch (const timeout_error&) {
    }
    co_return;
  }
  stream s = co_await connect(to);
  char buffer[2048];
  switch (how) {
    case Manner::kReset: {
      co_await s.write("reset");
      linger now{1, 0};
      ::setsockopt(s.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      break;
    }
    case Manner::kHalfClosed:
      co_await s.write("half");
      s.shutdown_write();
      while (co_await s.read_some(buffer) != 0) {
      }
      ++c.good;
      break;
    case Manner::kSlow:
      co_await s.write("L");
      for (int i = 0; i < 20; ++i) {
        if (co_await s.read_some(buffer) == 0) break;
        co_await sleep_for(1ms);
      }
      break;
    case Manner::kSilent:
      co_await sleep_for(std::chrono::milliseconds(random() % 500));
      break;
    case Manner::kDeserted:
      // Few: each takes the server's patience.
      if (random() % 16 == 0) co_await s.read_some(buffer);
      break;
    case Manner::kHangUp:
      co_await s.write("hang up");
      break;
    default:
      // Stays for a while, and never long without a word.
      for (auto leave = now() + std::chrono::duration_cast<std::chrono::nanoseconds>(stay); now() < leave;) {
        co_await echo(s, random, 1);
        co_await sleep_for(std::min<std::chrono::duration<double>>(stay, std::chrono::milliseconds(random() % 1500)));
      }
      ++c.good;
  }
}

task<> visitor(int port, std::size_t number, std::size_t of, std::chrono::steady_clock::time_point until,
               ClientCounts& c) {
  std::mt19937 random(static_cast<unsigned>(number));
  // Ports of closed connections rest for a minute: many addresses have many.
  address to = address::ip("127.0.0." + std::to_string(1 + number % 200), static_cast<std::uint16_t>(port));
  double stay = std::min(2 * static_cast<double>(of) / kConnectionsPerSecond, kLongestStay);
  while (now() < until) {
    try {
      co_await visit(to, random,
                     std::chrono::duration<double>(stay * (0.5 + static_cast<double>(random() % 1000) / 1000)), c);
    } catch (const std::system_error&) {
      ++c.refused;
    }
  }
}

task<> clients(int port, std::size_t connections, double seconds) {
  std::size_t descriptors = open_descriptors();
  ClientCounts c;
  auto until = now() + std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  auto all = [&](scope& s) -> task<> {
    for (std::size_t i = 0; i < connections; ++i) s.spawn(visitor(port, i, connections, until, c));
    co_return;
  };
  co_await with_scope(all);
  co_await sleep_for(10ms);
  std::printf("  clients: %ld answered, %ld refused\n", c.good, c.refused);
  if (open_descriptors() != descriptors) fail("a client's descriptors leaked");
  if (c.good == 0 || c.refused > c.good) fail("the server answered too seldom");
}

task<> idlers(int port, std::size_t connections) {
  auto all = [&](scope& s) -> task<> {
    for (std::size_t i = 0; i < connections; ++i) {
      s.spawn([](address to) -> task<> {
        stream c = co_await connect(to);
        char byte[1];
        try {
          // Now and then a sign of life, until the server hangs up.
          for (;;) {
            co_await c.write("x");
            if (co_await c.read_some(byte) == 0) co_return;
            co_await sleep_for(1s);
          }
        } catch (const std::system_error&) {
        }
      }(address::ip("127.0.0." + std::to_string(1 + i % 200), static_cast<std::uint16_t>(port))));
      if (i % 100 == 99) co_await sleep_for(5ms);
    }
  };
  co_await with_scope(all);
}

}  // namespace

int main(int argc, char** argv) {
  std::string first = argc > 1 ? argv[1] : "";
  limit_descriptors(1u << 20);
  if (argc == 5 && first == "clients") {
    run(clients(std::atoi(argv[2]), std::strtoul(argv[3], nullptr, 10), std::atof(argv[4])), {.watchdog = 0ms});
  } else if (argc == 5 && first == "idlers") {
    run(idlers(std::atoi(argv[2]), std::strtoul(argv[3], nullptr, 10)), {.watchdog = 0ms});
  } else if (argc == 3) {
    run(server(argv[0], std::strtoul(argv[1], nullptr, 10), std::atof(argv[2])), {.watchdog = 0ms});
  } else {
    std::fprintf(stderr, "churn CONNECTIONS SECONDS\n");
    return 2;
  }
}
