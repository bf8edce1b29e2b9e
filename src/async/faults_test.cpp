// What goes wrong outside of the program: no descriptors, no room, peers that leave; and cancellation at every step.
#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "lockstep/async/child.h"
#include "lockstep/async/dns.h"
#include "lockstep/async/file.h"
#include "lockstep/async/pipe.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/to_thread.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;

class Faults : public on_both_backends {};
LOCKSTEP_ON_BOTH_BACKENDS(Faults);

/// What is open, sorted by number: "0 /dev/null".
std::vector<std::string> open_descriptors() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the directory itself
    std::string what = std::filesystem::read_symlink(entry.path(), gone).string();
    if (what.find("/proc/") == std::string::npos) all.push_back(entry.path().filename().string() + " " + what);
  }
  std::sort(all.begin(), all.end());
  return all;
}
std::string temporary(const char* what) {
  return ::testing::TempDir() + "lockstep-" + what + "-" + std::to_string(::getpid());
}

/// The errno of the system_error that is thrown; 0: none was.
template <class F>
int error_of(F&& f) {
  try {
    f();
  } catch (const std::system_error& e) {
    return e.code().value();
  }
  return 0;
}
template <class T>
task<int> error_of_task(task<T> t) {
  try {
    co_await std::move(t);
  } catch (const std::system_error& e) {
    co_return e.code().value();
  }
  co_return 0;
}
template <class T>
task<bool> times_out(std::chrono::milliseconds d, task<T> t) {
  try {
    co_await with_timeout(d, std::move(t));
  } catch (const timeout_error&) {
    co_return true;
  }
  co_return false;
}

/// Lowers a limit of the process while it lives.
class lower_limit {
 public:
  lower_limit(__rlimit_resource which, rlim_t most) : which_(which) {
    ::getrlimit(which, &before_);
    rlimit now{most, before_.rlim_max};
    ::setrlimit(which, &now);
  }
  ~lower_limit() { ::setrlimit(which_, &before_); }
  lower_limit(const lower_limit&) = delete;
  lower_limit& operator=(const lower_limit&) = delete;

 private:
  __rlimit_resource which_;
  rlimit before_{};
};

TEST_P(Faults, EverythingThatNeedsADescriptorSaysThatThereIsNone) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "UndefinedBehaviorSanitizer looks at memory through a pipe of its own, for which nothing is left";
#endif
#endif
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    auto before = open_descriptors();
    std::vector<int> errors;
    {
      lower_limit none(RLIMIT_NOFILE, 0);
      errors.push_back(error_of([] { listen(address::loopback()); }));
      errors.push_back(error_of([] { stream_pair(); }));
      errors.push_back(error_of([] { make_pipe(); }));
      errors.push_back(error_of([] { datagram_socket u(address::loopback()); }));
      errors.push_back(error_of([] { child::start({"true"}, {.output = child::stream::pipe}); }));
      int connecting = co_await error_of_task(connect(l.local_address()));
      errors.push_back(connecting);
      int opening = co_await error_of_task(file::open("/dev/null"));
      errors.push_back(opening);
    }
    EXPECT_EQ(errors, std::vector<int>(7, EMFILE));
    co_await yield();
    EXPECT_EQ(open_descriptors(), before);
    // And all is well when there are some again.
    stream c = co_await connect(l.local_address());
    stream s = co_await l.accept();
    EXPECT_TRUE(s.is_open());
  }());
}

TEST_P(Faults, AFileThatGrowsBeyondItsLimit) {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  struct sigaction before {};
  ::sigaction(SIGXFSZ, &ignored, &before);
  run_here([]() -> task<> {
    std::string path = temporary("limit");
    file f = co_await file::open(path, O_RDWR | O_CREAT | O_TRUNC);
    int error = 0;
    {
      lower_limit small(RLIMIT_FSIZE, 100'000);
      error = co_await error_of_task(f.write_at(0, std::string_view(std::string(300'000, 'x'))));
    }
    EXPECT_EQ(error, EFBIG);
    EXPECT_EQ(f.size(), 100'000u);  // the part that had room
    co_await f.write_at(100'000, "more");
    EXPECT_EQ(f.size(), 100'004u);
    ::unlink(path.c_str());
  }());
  ::sigaction(SIGXFSZ, &before, nullptr);
}

TEST_P(Faults, AFullDisk) {
  run_here([]() -> task<> {
    file full = co_await file::open("/dev/full", O_RDWR);
    std::string large(1'000'000, 'x');
    int error = co_await error_of_task(full.write_at(0, large));
    EXPECT_EQ(error, ENOSPC);
    // One file's trouble is not another's.
    std::string path = temporary("disk");
    file f = co_await file::open(path, O_RDWR | O_CREAT | O_TRUNC);
    co_await f.write_at(0, "fine");
    EXPECT_EQ(f.size(), 4u);
    ::unlink(path.c_str());
  }());
}

TEST_P(Faults, APeerResetsWhileWeWait) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    stream c = co_await connect(l.local_address());
    stream s = co_await l.accept();
    std::string large;
    large.resize(50'000'000, 'x');
    int writing = 0;
    int reading = 0;
    auto body = [&](scope& sc) -> task<> {
      sc.spawn([](stream& to, std::string& text, int& error) -> task<> {
        error = co_await error_of_task([](stream& t, std::string& x) -> task<> { co_await t.write(x); }(to, text));
      }(c, large, writing));
      sc.spawn([](stream& from, int& error) -> task<> {
        error = co_await error_of_task([](stream& f) -> task<> {
          char byte[1];
          co_await f.read_some(byte);
        }(from));
      }(c, reading));
      for (int i = 0; i < 5; ++i) co_await yield();
      linger now{1, 0};
      ::setsockopt(s.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      s.close();
    };
    co_await with_scope(body);
    // The socket's error is told to one of them; the other finds the connection gone.
    EXPECT_TRUE(writing == ECONNRESET || writing == EPIPE) << writing;
    EXPECT_TRUE(reading == ECONNRESET || reading == 0) << reading;
  }());
}

TEST_P(Faults, AHalfClosedConnectionStillCarriesTheOtherWay) {
  run_here([]() -> task<> {
    listener l = listen(address::loopback());
    stream c = co_await connect(l.local_address());
    stream s = co_await l.accept();
    c.shutdown_write();
    char buffer[64];
    std::size_t n = co_await s.read_some(buffer);
    EXPECT_EQ(n, 0u);
    n = co_await s.read_some(buffer);  // and again
    EXPECT_EQ(n, 0u);
    co_await s.write("still here");
    n = co_await c.read_some(buffer);
    EXPECT_EQ(std::string(buffer, n), "still here");
  }());
}

// A backlog is full: whoever connects waits, can be cancelled, and is connected when there is room.
TEST_P(Faults, ConnectingToAFullBacklog) {
  run_here([]() -> task<> {
    std::string path = temporary("backlog");
    for (const address& where : {address::loopback(), address::local(path)}) {
      auto before = open_descriptors();
      {
        listener l = listen(where, {.backlog = 1});
        std::vector<stream> waiting;
        bool full = false;
        auto one = [](address to, std::vector<stream>& all) -> task<> { all.push_back(co_await connect(to)); };
        for (int i = 0; i < 10 && !full; ++i) full = co_await times_out(500ms, one(l.local_address(), waiting));
        EXPECT_TRUE(full) << where.to_string();
        auto body = [&](scope& s) -> task<> {
          s.spawn(one(l.local_address(), waiting));
          std::size_t expected = waiting.size() + 1;
          for (std::size_t i = 0; i < expected; ++i) {
            stream accepted = co_await l.accept();
            EXPECT_TRUE(accepted.is_open());
          }
        };
        co_await with_scope(body);
        int answered = co_await error_of_task([](stream& c) -> task<> {
          char byte[1];
          co_await c.read_some(byte);
        }(waiting.back()));
        EXPECT_EQ(answered, 0);
      }
      co_await yield();
      EXPECT_EQ(open_descriptors(), before) << where.to_string();
    }
    ::unlink(path.c_str());
  }());
}

TEST_P(Faults, WaitsForRoomInAPipeCanBeCancelled) {
  run_here([]() -> task<> {
    pipe_ends p = make_pipe();
    bool late = co_await times_out(5ms, p.write.write(std::string(1'000'000, 'x')));
    EXPECT_TRUE(late);
    char buffer[4096];
    std::size_t n = co_await p.read.read_some(buffer);
    EXPECT_GT(n, 0u);
  }());
}

// What does not wait for anybody else either happens or does not when its task is cancelled before.
TEST_P(Faults, FilesAndNamesOfACancelledTask) {
  run_here([]() -> task<> {
    std::string path = temporary("cancelled");
    file f = co_await file::open(path, O_RDWR | O_CREAT | O_TRUNC);
    auto before = open_descriptors();
    char buffer[16];
    int ended = 0;
    auto count = [&ended](auto t) -> task<> {
      try {
        co_await std::move(t);
        ADD_FAILURE() << "it did not heed the cancellation";
      } catch (const cancelled&) {
        ++ended;
        throw;
      }
    };
    auto body = [&](scope& s) -> task<> {
      s.cancel();
      s.spawn(count(f.read_at(0, buffer)));
      s.spawn(count(f.write_at(0, "text")));
      s.spawn(count(f.sync()));
      s.spawn(count(file::open(path)));
      s.spawn(count(read_file(path)));
      s.spawn(count(resolve("127.0.0.1", "80")));
      s.spawn(count(connect(address::loopback(1))));
      co_return;
    };
    co_await with_scope(body);
    EXPECT_EQ(ended, 7);
    EXPECT_EQ(f.size(), 0u);
    co_await yield();
    EXPECT_EQ(open_descriptors(), before);
    ::unlink(path.c_str());
  }());
}

// A conversation of every kind of operation, cancelled as it waits for the n-th time, for each n: it ends, and nothing
// of it is left.
TEST_P(Faults, CancelledAtEveryStep) {
  struct steps {
    static task<> server(listener& l) {
      stream s = co_await l.accept();
      char buffer[64];
      while (std::size_t n = co_await s.read_some(buffer)) co_await s.write({buffer, n});
    }
    static task<> conversation(listener& l, const std::string& path, bool& finished) {
      auto body = [&](scope& s) -> task<> {
        s.spawn(server(l));
        stream c = co_await connect(l.local_address());
        co_await c.write("question");
        char buffer[64];
        co_await c.read_some(buffer);
        pipe_ends p = make_pipe();
        co_await p.write.write("x");
        co_await p.read.read_some(buffer);
        datagram_socket u(address::loopback());
        co_await u.send_to("datagram", u.local_address());
        co_await u.receive_from(buffer);
        file f = co_await file::open(path, O_RDWR | O_CREAT | O_TRUNC);
        co_await f.write_at(0, "text");
        co_await f.sync();
        co_await f.read_at(0, buffer);
        child process = child::start({"true"});
        co_await process.wait();
        co_await to_thread([](const std::stop_token&) {});
        auto found = co_await resolve("localhost", "80");
        EXPECT_FALSE(found.empty());
        c.shutdown_write();
        while (co_await c.read_some(buffer) != 0) {
        }
      };
      co_await with_scope(body);
      finished = true;
    }
  };
  std::string path = temporary("steps");
  int finished = 0;
  // Until it was over before the cancellation came, however long it takes on this machine.
  for (int step = 0; finished < 3; step += step < 40 ? 1 : step / 8) {
    run_here([](std::string file_path, int cancel_after, int& done) -> task<> {
      auto before = open_descriptors();
      {
        listener l = listen(address::loopback());
        bool whole = false;
        auto body = [&](scope& s) -> task<> {
          s.spawn(steps::conversation(l, file_path, whole));
          // A turn of the loop each; later ones also wait for the kernel and for the child.
          for (int i = 0; i < cancel_after; ++i) {
            co_await yield();
            if (i > 20) co_await sleep_for(1ms);
          }
          s.cancel();
        };
        co_await with_scope(body);
        done += whole;
      }
      for (int i = 0; i < 3; ++i) co_await yield();
      EXPECT_EQ(open_descriptors(), before) << "after " << cancel_after << " turns";
    }(path, step, finished));
  }
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace lockstep::async
