// Sockets and pipes, on every backend: the simulated one does what the kernel does.
#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

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

class Network : public on_both_backends {};
INSTANTIATE_TEST_SUITE_P(backends, Network,
                         ::testing::Values(backend_kind::io_uring, backend_kind::epoll, backend_kind::simulated),
                         backend_name);

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

TEST_P(Network, TcpEcho) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(serve(l, s));
      for (int i = 0; i < 10; ++i) {
        stream c = co_await connect(l.local_address());
        EXPECT_EQ(c.remote_address(), l.local_address());
        co_await c.write("hello");
        c.shutdown_write();
        std::string answer = co_await read_all(c);
        EXPECT_EQ(answer, "hello");
      }
      s.cancel();
    });
  }());
}

TEST_P(Network, LargeDataBothWays) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    std::string data(8'000'000, 'x');
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7919 >> 8);
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(serve(l, s));
      stream c = co_await connect(l.local_address());
      auto send = [](stream& to, const std::string& text) -> task<> {
        co_await to.write(text);
        to.shutdown_write();
      };
      auto [sent, answer] = co_await when_all(send(c, data), read_all(c, 100'000));
      EXPECT_TRUE(answer == data);
      s.cancel();
    });
  }());
}

TEST_P(Network, Datagrams) {
  run_here([]() -> task<> {
    datagram_socket a(address::loopback());
    datagram_socket b(address::loopback());
    co_await a.send_to(std::string_view("ping"), b.local_address());
    char buffer[100];
    auto got = co_await b.receive_from(buffer);
    EXPECT_EQ(std::string(buffer, got.size), "ping");
    EXPECT_EQ(got.from, a.local_address());
    bool late = false;
    try {
      co_await with_timeout(1ms, b.receive_from(buffer));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    co_await a.send_to(std::string_view("again"), b.local_address());
    got = co_await b.receive_from(buffer);
    EXPECT_EQ(got.size, 5u);
  }());
}

TEST_P(Network, ClosedWhileATaskReads) {
  run_here([]() -> task<> {
    auto ab = stream_pair();
    stream& a = ab.first;  // not bindings, which Clang 14 does not capture
    co_await with_scope([&](scope& s) -> task<> {
      auto reader = [](stream& from, int& error) -> task<> { error = co_await error_of(read_some(from)); };
      int error = 0;
      s.spawn(reader(a, error));
      co_await yield();
      a.close();
      while (error == 0) co_await yield();  // NOLINT(bugprone-infinite-loop): the reader sets it
      EXPECT_EQ(error, EBADF);
      s.cancel();
    });
  }());
}

// A cancelled read has taken nothing; a cancelled accept has lost no connection.
TEST_P(Network, CancellationLosesNothing) {
  run_here([]() -> task<> {
    auto ab = stream_pair();
    stream &a = ab.first, &b = ab.second;  // not bindings, which Clang 14 does not capture
    std::string received;
    char buffer[16];
    for (int i = 0; i < 200; ++i) {
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn([](stream& from, std::string& to) -> task<> {
          char part[16];
          std::size_t n = co_await from.read_some(part);
          to.append(part, n);
        }(a, received));
        if (i % 3 == 0) co_await yield();
        if (i % 4 == 0) co_await sleep_for(100us);
        if (i % 2 == 0) co_await b.write(std::string_view(&"abcdefghijklmnopqrstuvwxyz"[i % 26], 1));
        if (i % 5 == 0) co_await yield();
        s.cancel();
      });
    }
    b.close();
    while (std::size_t n = co_await a.read_some(buffer)) received.append(buffer, n);
    std::string expected;
    for (int i = 0; i < 200; i += 2) expected += "abcdefghijklmnopqrstuvwxyz"[i % 26];
    EXPECT_EQ(received, expected);

    listener l = listen(address::loopback());
    bool late = false;
    try {
      co_await with_timeout(1ms, [](listener& from) -> task<> { co_await from.accept(); }(l));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    stream c = co_await connect(l.local_address());
    stream accepted = co_await l.accept();
    EXPECT_TRUE(accepted.is_open());
  }());
}

TEST_P(Network, SlowReadersDoNotHoldUpOthers) {
  run_here([]() -> task<> {
    // More connections with unread data than io_uring's ring has buffers.
    std::vector<std::pair<stream, stream>> slow;
    std::string data(40'000, 'y');
    for (int i = 0; i < 100; ++i) {
      slow.push_back(stream_pair());
      co_await slow.back().first.write(data);
      char first[1];
      co_await slow.back().second.read_some(first);
    }
    auto [a, b] = stream_pair();
    for (int i = 0; i < 100; ++i) {
      co_await a.write("quick");
      char buffer[16];
      std::size_t n = co_await b.read_some(buffer);
      EXPECT_EQ(n, 5u);
    }
    for (auto& [writer, reader] : slow) {
      writer.close();
      std::string rest = co_await read_all(reader);
      EXPECT_EQ(rest.size(), data.size() - 1);
    }
  }());
}

TEST_P(Network, Pipes) {
  run_here([]() -> task<> {
    pipe_ends p = make_pipe();
    std::string data(300'000, 'z');
    auto send = [](pipe_end to, std::string text) -> task<> {
      co_await to.write(text);
      to.close();  // arguments live until the task is destroyed, not until it ends
    };
    auto receive = [](pipe_end& from) -> task<std::size_t> {
      std::size_t all = 0;
      char buffer[5000];
      while (std::size_t n = co_await from.read_some(buffer)) all += n;
      co_return all;
    };
    auto [sent, n] = co_await when_all(send(std::move(p.write), data), receive(p.read));
    EXPECT_EQ(n, data.size());
  }());
}

TEST_P(Network, ErrorsAreThoseOfTheKernel) {
  run_here([]() -> task<> {
    address closed;
    {
      listener l = listen(address::loopback());
      closed = l.local_address();
      bool in_use = false;
      try {
        listener again = listen(closed, {.reuse_address = false});
      } catch (const std::system_error& e) {
        in_use = e.code() == std::errc::address_in_use;
      }
      EXPECT_TRUE(in_use);
    }
    int refused = co_await error_of(connect(closed));
    EXPECT_EQ(refused, ECONNREFUSED);
    // The other end is gone: a writer is told, a reader gets what was on its way.
    auto [a, b] = stream_pair();
    co_await b.write("last");
    b.close();
    int broken = co_await error_of(write_all(a, "x"));
    EXPECT_EQ(broken, EPIPE);
    std::string rest = co_await read_all(a);
    EXPECT_EQ(rest, "last");
    // It had not read all.
    listener l = listen(address::loopback());
    stream client = co_await connect(l.local_address());
    EXPECT_EQ(client.remote_address(), l.local_address());
    stream server = co_await l.accept();
    EXPECT_EQ(server.remote_address(), client.local_address());
    co_await client.write("unread");
    co_await server.write("answer");
    co_await sleep_for(1ms);
    server.close();
    std::string answer;
    int reset = co_await error_of([](stream& s, std::string& got) -> task<> {
      char part[16];
      while (std::size_t n = co_await s.read_some(part)) got.append(part, n);
    }(client, answer));
    EXPECT_EQ(reset, ECONNRESET);
    // A connection that nobody accepted ends with the listener.
    stream waiting = co_await connect(l.local_address());
    l.close();
    reset = co_await error_of(read_some(waiting));
    EXPECT_EQ(reset, ECONNRESET);
  }());
}

TEST_P(Network, ASecondReaderIsRefused) {
  run_here([]() -> task<> {
    auto ends = stream_pair();
    co_await with_scope([&d = ends.first](scope& s) -> task<> {
      s.spawn(read_some(d));
      co_await yield();
      int busy = co_await error_of(read_some(d));
      EXPECT_EQ(busy, EBUSY);
      s.cancel();
    });
  }());
}

TEST_P(Network, ABrokenPipeIsTold) {
  run_here([]() -> task<> {
    pipe_ends p = make_pipe();
    p.read.close();
    int broken = co_await error_of([](pipe_end& to) -> task<> { co_await to.write("x"); }(p.write));
    EXPECT_EQ(broken, EPIPE);
  }());
}

// A peer that always has something does not keep the loop from everybody else.
TEST_P(Network, ABusyConnectionStarvesNobody) {
  run_here([]() -> task<> {
    auto ends = stream_pair();
    bool others_ran = false;
    co_await ends.first.write(std::string(50'000, 'x'));
    co_await with_scope([&others_ran, &b = ends.second](scope& s) -> task<> {
      s.spawn([](bool& ran) -> task<> {
        ran = true;
        co_return;
      }(others_ran));
      char one[1];
      int reads = 0;
      for (; reads < 50'000 && !others_ran; ++reads) co_await b.read_some(one);
      EXPECT_LT(reads, 1000);
    });
    EXPECT_TRUE(others_ran);
  }());
}

// ---- What only the simulated backend can have

run_options simulation() { return {.backend = backend_kind::simulated, .virtual_time = true}; }

TEST(SimulatedNetwork, WhatNobodyWillSendIsReported) {
  reports r;
  EXPECT_THROW(run(
                   []() -> task<> {
                     listener l = listen(address::loopback());
                     stream s = co_await l.accept();
                   }(),
                   simulation()),
               deadlock_error);
  EXPECT_NE(r.text().find("accepting connections"), std::string::npos) << r.text();
}

TEST(SimulatedNetwork, TakesNoTimeAndGivesTheSameOrderEachTime) {
  auto play = [] {
    std::string log;
    run(
        [](std::string& l) -> task<> {
          listener in = listen(address::ip("0.0.0.0", 80));
          auto client = [](std::string& text, char name) -> task<> {
            stream s = co_await connect(address::loopback(80));
            for (int i = 0; i < 3; ++i) {
              co_await s.write(std::string_view(&name, 1));
              co_await sleep_for(1h);
            }
            text += '.';
          };
          auto serve = [](stream s, std::string& text) -> task<> {
            char c[1];
            while (co_await s.read_some(c)) text += c[0];
          };
          co_await with_scope([&](scope& s) -> task<> {
            s.spawn(client(l, 'a'));
            s.spawn(client(l, 'b'));
            for (int i = 0; i < 2; ++i) s.spawn(serve(co_await in.accept(), l));
          });
        }(log),
        simulation());
    return log;
  };
  std::string first = play();
  EXPECT_EQ(first.size(), 8u);
  EXPECT_EQ(play(), first);
}

TEST(SimulatedNetwork, AFullBacklogMakesClientsWait) {
  run(
      []() -> task<> {
        listener l = listen(address::loopback(), {.backlog = 1});
        stream first = co_await connect(l.local_address());
        bool late = false;
        try {
          co_await with_timeout(1s, connect(l.local_address()));
        } catch (const timeout_error&) {
          late = true;
        }
        EXPECT_TRUE(late);
        stream accepted = co_await l.accept();
        stream second = co_await connect(l.local_address());
        EXPECT_TRUE(second.is_open());
      }(),
      simulation());
}

TEST(SimulatedNetwork, RefusesWhatNeedsAKernel) {
  run(
      []() -> task<> {
        bool refused = false;
        try {
          signal_set signals({SIGUSR1});
        } catch (const std::system_error& e) {
          refused = e.code() == std::errc::operation_not_supported;
        }
        EXPECT_TRUE(refused);
        co_return;
      }(),
      simulation());
}

}  // namespace
}  // namespace lockstep::async
