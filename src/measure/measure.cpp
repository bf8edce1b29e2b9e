#include "measure/measure.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <coroutine>
#include <cstdio>
#include <exception>
#include <fstream>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

extern char** environ;

namespace lockstep::measure {
namespace {

constexpr int kRounds = 5;

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

/// Nanoseconds for one of the `n` things that f does.
template <class F>
double time_each(int n, F&& f) {
  std::vector<double> rounds;
  for (int r = 0; r < kRounds; ++r) {
    const auto begin = std::chrono::steady_clock::now();
    f(n);
    rounds.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() / n);
  }
  std::nth_element(rounds.begin(), rounds.begin() + kRounds / 2, rounds.end());
  return rounds[kRounds / 2];
}

/// This thread, and what it starts, on one processor. Where that is refused, they run where they like.
class OneProcessor {
 public:
  OneProcessor() {
    restore_ = sched_getaffinity(0, sizeof before_, &before_) == 0;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(std::max(sched_getcpu(), 0)), &one);
    restore_ = restore_ && sched_setaffinity(0, sizeof one, &one) == 0;
  }
  ~OneProcessor() {
    if (restore_) sched_setaffinity(0, sizeof before_, &before_);
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

 private:
  cpu_set_t before_;
  bool restore_ = false;
};

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) fail(errno, "pipe");
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int end(int which) const { return ends_[which]; }
  void close_end(int which) {
    if (ends_[which] >= 0) close(ends_[which]);
    ends_[which] = -1;
  }
  /// False: the other end is gone.
  bool give() const {
    const char byte = 'x';
    return write(ends_[1], &byte, 1) == 1;
  }
  bool take() const {
    char byte;
    return read(ends_[0], &byte, 1) == 1;
  }

 private:
  int ends_[2];
};

void wait_for(pid_t child) {
  while (waitpid(child, nullptr, 0) < 0) {
    if (errno != EINTR) fail(errno, "waitpid");
  }
}

/// A program with its input and output in pipes.
pid_t start(const char* program, const Pipe* in, const Pipe* out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (in) posix_spawn_file_actions_adddup2(&actions, in->end(0), STDIN_FILENO);
  if (out) posix_spawn_file_actions_adddup2(&actions, out->end(1), STDOUT_FILENO);
  std::string name(program);
  char* arguments[] = {name.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(error, program);
  return child;
}

/// Bytes of memory that a process has in use, shared ones too.
double resident(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/smaps_rollup");
  std::string word;
  double kilobytes = 0;
  while (in >> word) {
    if (word == "Rss:" && in >> kilobytes) return kilobytes * 1024;
  }
  fail(ENOENT, "smaps_rollup");
}

// ---- Processes

double process_creation() {
  return time_each(50, [](int n) {
    for (int i = 0; i < n; ++i) wait_for(start("true", nullptr, nullptr));
  });
}

double process_memory() {
  Pipe in;
  Pipe out;
  const pid_t child = start("cat", &in, &out);
  in.give();
  out.take();  // it has begun, and now waits for more
  const double bytes = resident(std::to_string(child));
  in.close_end(1);
  wait_for(child);
  return bytes;
}

/// `other` gives back what it takes.
double ping_pong(const Pipe& there, const Pipe& back) {
  return time_each(5000,
                   [&](int n) {
                     for (int i = 0; i < n; ++i) {
                       there.give();
                       back.take();
                     }
                   }) /
         2;
}
void answer(const Pipe& there, const Pipe& back) {
  while (there.take() && back.give()) {
  }
}

double process_switch() {
  const OneProcessor pinned;
  Pipe there;
  Pipe back;
  const pid_t child = fork();
  if (child < 0) fail(errno, "fork");
  if (child == 0) {
    there.close_end(1);
    answer(there, back);
    _exit(0);
  }
  const double ns = ping_pong(there, back);
  there.close_end(1);
  wait_for(child);
  return ns;
}

// ---- Threads

double thread_creation() {
  return time_each(200, [](int n) {
    for (int i = 0; i < n; ++i) std::thread([] {}).join();
  });
}

double thread_switch() {
  const OneProcessor pinned;
  Pipe there;
  Pipe back;
  std::thread other([&] { answer(there, back); });
  const double ns = ping_pong(there, back);
  there.close_end(1);
  other.join();
  return ns;
}

double thread_memory() {
  constexpr int kThreads = 100;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  std::latch there(kThreads);
  std::latch end(1);
  const double before = resident("self");
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      there.count_down();
      end.wait();
    });
  }
  there.wait();
  const double bytes = (resident("self") - before) / kThreads;
  end.count_down();
  for (std::thread& t : threads) t.join();
  return bytes;
}

double thread_stack() {
  pthread_attr_t attributes;
  std::size_t bytes = 0;
  if (pthread_getattr_default_np(&attributes) != 0) return 0;
  pthread_attr_getstacksize(&attributes, &bytes);
  pthread_attr_destroy(&attributes);
  return static_cast<double>(bytes);
}

// ---- Coroutines: one that counts how often it is resumed

struct Coroutine {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's own name
    static inline std::size_t frame_bytes = 0;
    static void* operator new(std::size_t size) {
      frame_bytes = size;
      return ::operator new(size);
    }
    static void operator delete(void* frame) { ::operator delete(frame); }
    Coroutine get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

[[gnu::noinline]] Coroutine count_resumptions(long& count, bool again) {
  for (;;) {
    ++count;
    co_await std::suspend_always{};
    if (!again) co_return;
  }
}

double coroutine_creation(long& count) {
  return time_each(100'000, [&](int n) {
    for (int i = 0; i < n; ++i) {
      const auto h = count_resumptions(count, false).handle;
      h.resume();
      h.resume();
      h.destroy();
    }
  });
}

double coroutine_switch(long& count) {
  const auto h = count_resumptions(count, true).handle;
  const double there_and_back = time_each(1'000'000, [&](int n) {
    for (int i = 0; i < n; ++i) h.resume();
  });
  h.destroy();
  return there_and_back / 2;
}

}  // namespace

Costs measure() {
  long count = 0;
  Costs all{
      {process_creation(),
       process_switch(),
       process_memory(),
       0,
       {0.2e6, 5e6, "~1 ms"},
       {1e3, 5e3, "1-5 us"},
       {1e6, 1e8, "MBs"}},
      {thread_creation(),
       thread_switch(),
       thread_memory(),
       thread_stack(),
       {10e3, 50e3, "10-50 us"},
       {1e3, 5e3, "1-5 us"},
       {4e3, 100e3, "tens of kB"}},
      {coroutine_creation(count),
       coroutine_switch(count),
       static_cast<double>(Coroutine::promise_type::frame_bytes),
       0,
       {1, 200, "~100 ns"},
       {0.1, 100, "some ns"},
       {48, 1024, "100 B-1 kB"}},
  };
  if (count == 0) std::puts("");  // the coroutines did run: no compiler may leave them out
  return all;
}

}  // namespace lockstep::measure
