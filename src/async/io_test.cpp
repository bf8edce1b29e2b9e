// Sockets, pipes, files, signals and children, on both backends.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "lockstep/async/child.h"
#include "lockstep/async/file.h"
#include "lockstep/async/pipe.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/signal.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/when_all.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;

class Io : public on_both_backends {};
LOCKSTEP_ON_BOTH_BACKENDS(Io);

std::size_t open_descriptors() {
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++n;
  return n;
}

/// The errno of the system_error that a task throws; 0 if it throws none.
template <class T>
task<int> error_of(task<T> t) {
  try {
    co_await std::move(t);
  } catch (const std::system_error& e) {
    co_return e.code().value();
  }
  co_return 0;
}
task<std::size_t> read_some(stream& s) {
  char buffer[16];
  co_return co_await s.read_some(buffer);
}
task<> write_all(stream& s, std::string text) { co_await s.write(text); }

task<std::string> read_all(stream& s, std::size_t part = 4096) {
  std::string text;
  std::vector<char> buffer(part);
  while (std::size_t n = co_await s.read_some(buffer)) text.append(buffer.data(), n);
  co_return text;
}

task<> echo(stream s) {
  char buffer[4096];
  while (std::size_t n = co_await s.read_some(buffer)) co_await s.write({buffer, n});
}
task<> serve(listener& l, scope& s) {
  for (;;) s.spawn(echo(co_await l.accept()));
}

TEST_P(Io, UnixSockets) {
  run_here([]() -> task<> {
    std::string path = ::testing::TempDir() + "lockstep-io-" + std::to_string(::getpid());
    listener l = listen(address::local(path));
    EXPECT_EQ(l.local_address().to_string(), path);
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(serve(l, s));
      stream c = co_await connect(address::local(path));
      co_await c.write("over unix");
      c.shutdown_write();
      std::string answer = co_await read_all(c);
      EXPECT_EQ(answer, "over unix");
      s.cancel();
    });
    ::unlink(path.c_str());
    auto [a, b] = stream_pair();
    co_await a.write("pair");
    a.close();
    std::string all = co_await read_all(b);
    EXPECT_EQ(all, "pair");
  }());
}

TEST_P(Io, Errors) {
  run_here([]() -> task<> {
    int closed_port = 0;
    {
      listener l = listen(address::loopback());
      closed_port = l.local_address().port();
      bool thrown = false;
      try {
        listener again = listen(l.local_address(), {.reuse_address = false});
      } catch (const std::system_error& e) {
        thrown = true;
        EXPECT_EQ(e.code(), std::errc::address_in_use);
      }
      EXPECT_TRUE(thrown);
    }
    int refused = co_await error_of(connect(address::loopback(static_cast<std::uint16_t>(closed_port))));
    EXPECT_EQ(refused, ECONNREFUSED);

    // The peer resets.
    auto [a, b] = stream_pair();
    b.close();
    int broken = co_await error_of(write_all(a, "x"));
    EXPECT_EQ(broken, EPIPE);
    listener l = listen(address::loopback());
    stream c = co_await connect(l.local_address());
    {
      stream peer = co_await l.accept();
      linger now{1, 0};
      ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    int reset = co_await error_of(read_some(c));
    EXPECT_EQ(reset, ECONNRESET);

    // A second reader.
    auto de = stream_pair();
    stream& d = de.first;  // not bindings, which Clang 14 does not capture
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(read_some(d));
      co_await yield();
      int busy = co_await error_of(read_some(d));
      EXPECT_EQ(busy, EBUSY);
      s.cancel();
    });
  }());
}

// Each operation, cancelled while it waits and before it starts.
TEST_P(Io, EveryOperationCanBeCancelled) {
  run_here([]() -> task<> {
    std::size_t before = open_descriptors();
    {
      listener l = listen(address::loopback());
      auto ab = stream_pair();
      stream& a = ab.first;  // not bindings, which Clang 14 does not capture
      auto cd = stream_pair();
      stream& c = cd.first;
      pipe_ends p = make_pipe();
      datagram_socket u(address::loopback());
      signal_set signals({SIGUSR2});
      child sleeper = child::start({"sleep", "1000"});
      std::string large(4'000'000, 'x');
      char buffer[16];
      int ended = 0;
      auto count = [&ended](auto t) -> task<> {
        try {
          co_await std::move(t);
          ADD_FAILURE() << "it did not wait";
        } catch (const cancelled&) {
          ++ended;
          throw;
        }
      };
      for (bool wait : {true, false}) {
        ended = 0;
        co_await with_scope([&](scope& s) -> task<> {
          if (!wait) s.cancel();
          s.spawn(count([](listener& x) -> task<> { co_await x.accept(); }(l)));
          s.spawn(count(read_some(a)));
          s.spawn(count([](stream& x, std::string& text) -> task<> { co_await x.write(text); }(c, large)));
          s.spawn(count([](pipe_end& x) -> task<> {
            char byte[1];
            co_await x.read_some(byte);
          }(p.read)));
          s.spawn(count(u.receive_from(buffer)));
          s.spawn(count(signals.next()));
          s.spawn(count(sleeper.wait()));
          if (!wait) co_return;
          for (int i = 0; i < 5; ++i) co_await yield();
          co_await sleep_for(1ms);
          s.cancel();
        });
        EXPECT_EQ(ended, 7);
      }
    }
    co_await yield();
    EXPECT_EQ(open_descriptors(), before);
  }());
}

TEST_P(Io, RunsOutOfDescriptors) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "UndefinedBehaviorSanitizer looks at memory through a pipe of its own, for which nothing is left";
#endif
#endif
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    stream c = co_await connect(l.local_address());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit none{0, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    int error = co_await error_of([](listener& x) -> task<> { co_await x.accept(); }(l));
    EXPECT_EQ(error, EMFILE);
    ::setrlimit(RLIMIT_NOFILE, &before);
    stream accepted = co_await l.accept();
    EXPECT_TRUE(accepted.is_open());
  }());
}

TEST_P(Io, ConnectionsComeAndGo) {
  run_here([]() -> task<> {
    std::size_t before = open_descriptors();
    {
      listener l = listen(address::loopback());
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn(serve(l, s));
        auto client = [](address to, int rounds) -> task<> {
          for (int i = 0; i < rounds; ++i) {
            stream c = co_await connect(to);
            co_await c.write("x");
            char buffer[16];
            co_await c.read_some(buffer);
            if (i % 2) continue;  // closed without a goodbye
            c.shutdown_write();
            while (co_await c.read_some(buffer) != 0) {
            }
          }
        };
        std::vector<task<>> clients;
        clients.reserve(50);
        for (int i = 0; i < 50; ++i) clients.push_back(client(l.local_address(), 40));
        co_await gather(std::move(clients));
        s.cancel();
      });
    }
    co_await yield();
    EXPECT_EQ(open_descriptors(), before);
  }());
}

TEST_P(Io, ASocketMayOutliveItsLoop) {
  std::optional<stream> left;
  run(
      [](std::optional<stream>& out) -> task<> {
        auto [a, b] = stream_pair();
        co_await b.write("unread");
        char one[1];
        co_await a.read_some(one);
        out = std::move(a);
      }(left),
      options());
  left.reset();
}

TEST_P(Io, Files) {
  run_here([]() -> task<> {
    std::string path = ::testing::TempDir() + "lockstep-file-" + std::to_string(::getpid());
    {
      file f = co_await file::open(path, O_RDWR | O_CREAT | O_TRUNC);
      co_await f.write_at(0, "hello file");
      co_await f.write_at(6, "File");
      co_await f.sync();
      EXPECT_EQ(f.size(), 10u);
      char buffer[20];
      std::size_t n = co_await f.read_at(0, buffer);
      EXPECT_EQ(std::string(buffer, n), "hello File");
      n = co_await f.read_at(10, buffer);
      EXPECT_EQ(n, 0u);
    }
    std::string whole = co_await read_file(path);
    EXPECT_EQ(whole, "hello File");
    ::unlink(path.c_str());
    int missing = co_await error_of(read_file(path));
    EXPECT_EQ(missing, ENOENT);
    file full = co_await file::open("/dev/full", O_WRONLY);
    int no_space = co_await error_of(full.write_at(0, "x"));
    EXPECT_EQ(no_space, ENOSPC);
  }());
}

TEST_P(Io, Signals) {
  run_here([]() -> task<> {
    signal_set both({SIGUSR1, SIGUSR2});
    signal_set one({SIGUSR2});
    ::raise(SIGUSR1);
    int first = co_await both.next();
    EXPECT_EQ(first, SIGUSR1);
    ::raise(SIGUSR2);
    int second = co_await both.next();
    int other = co_await one.next();
    EXPECT_EQ(second, SIGUSR2);
    EXPECT_EQ(other, SIGUSR2);
  }());
  struct sigaction now {};
  ::sigaction(SIGUSR2, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_P(Io, Children) {
  run_here([]() -> task<> {
    child c = child::start({"sort", "-u"}, {.input = child::stream::pipe, .output = child::stream::pipe});
    co_await c.input().write(std::string_view("b\na\nb\n"));
    c.input().close();
    std::string sorted;
    char buffer[100];
    while (std::size_t n = co_await c.output().read_some(buffer)) sorted.append(buffer, n);
    EXPECT_EQ(sorted, "a\nb\n");
    int status = co_await c.wait();
    EXPECT_EQ(status, 0);

    child failing = child::start({"sh", "-c", "exit 3"});
    status = co_await failing.wait();
    EXPECT_EQ(status, 3);

    child killed = child::start({"sleep", "1000"});
    killed.send_signal(SIGTERM);
    status = co_await killed.wait();
    EXPECT_EQ(status, 128 + SIGTERM);

    bool thrown = false;
    try {
      child none = child::start({"/no/such/program"});
    } catch (const std::system_error& e) {
      thrown = true;
      EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
    }
    EXPECT_TRUE(thrown);
    pid_t pid = 0;
    {
      child dropped = child::start({"sleep", "1000"});
      pid = dropped.pid();
    }
    EXPECT_EQ(::kill(pid, 0), -1);
  }());
}

}  // namespace
}  // namespace lockstep::async
