// Signals and child processes.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "lockstep/async/child.h"
#include "lockstep/async/signal.h"

namespace lockstep::async {

namespace {

[[noreturn]] void raise_error(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

void need_a_kernel(const char* what) {
  if (!internal::here.current || !internal::here.current->io().network()) return;
  raise_error(EOPNOTSUPP, std::string(what) + ": the simulated backend has sockets and pipes only; use another one");
}
pipe_ends pipe_for_signals() {
  need_a_kernel("signal_set");
  return make_pipe();
}

/// Where the handler of a signal writes: the pipes of the sets that have it. -1: free.
struct subscribers {
  std::atomic<int> pipes[signal_set::kMostSets];
  int count = 0;  // guarded by signals_mutex
  struct sigaction before;
};
subscribers table[NSIG];
std::atomic<int> handlers_running{0};
std::mutex signals_mutex;

void on_signal(int signal) {
  int saved = errno;
  // seq_cst: a set that goes away clears its slot and then waits for handlers that may have read it before.
  handlers_running.fetch_add(1, std::memory_order_seq_cst);
  for (auto& slot : table[signal].pipes) {
    int pipe = slot.load(std::memory_order_seq_cst) - 1;
    if (pipe < 0) continue;
    auto byte = static_cast<unsigned char>(signal);
    [[maybe_unused]] ssize_t ignored = ::write(pipe, &byte, 1);  // full: as many as that are there to be read
  }
  handlers_running.fetch_sub(1, std::memory_order_seq_cst);
  errno = saved;
}

}  // namespace

signal_set::signal_set(std::initializer_list<int> signals) : pipe_(pipe_for_signals()) {
  // A handler must not block.
  int flags = ::fcntl(pipe_.write.fd(), F_GETFL);
  ::fcntl(pipe_.write.fd(), F_SETFL, flags | O_NONBLOCK);
  std::scoped_lock lock(signals_mutex);
  try {
    for (int s : signals) {
      if (s <= 0 || s >= NSIG) throw std::invalid_argument("no such signal: " + std::to_string(s));
      subscribers& t = table[s];
      auto free = std::find_if(std::begin(t.pipes), std::end(t.pipes), [](auto& slot) { return slot == 0; });
      if (free == std::end(t.pipes)) throw std::invalid_argument("too many sets of signal " + std::to_string(s));
      // Slots hold the descriptor plus one, so that zero-initialised means free.
      free->store(pipe_.write.fd() + 1, std::memory_order_seq_cst);
      signals_.push_back(s);
      if (t.count++ != 0) continue;
      struct sigaction action {};
      action.sa_handler = &on_signal;
      action.sa_flags = SA_RESTART;
      if (::sigaction(s, &action, &t.before) != 0) raise_error(errno, "sigaction");
    }
  } catch (...) {
    forget();
    throw;
  }
}

signal_set::~signal_set() {
  std::scoped_lock lock(signals_mutex);
  forget();
}

void signal_set::forget() noexcept {
  for (int s : signals_) {
    subscribers& t = table[s];
    if (--t.count == 0) ::sigaction(s, &t.before, nullptr);
    for (auto& slot : t.pipes) {
      if (slot == pipe_.write.fd() + 1) slot.store(0, std::memory_order_seq_cst);
    }
  }
  while (handlers_running.load(std::memory_order_seq_cst) != 0) ::usleep(0);
}

task<int> signal_set::next() {
  unsigned char byte = 0;
  co_await pipe_.read.read_some(std::span<char>(reinterpret_cast<char*>(&byte), 1));
  co_return byte;
}

// ---- child.h

child child::start(const std::vector<std::string>& arguments, const options& how) {
  if (arguments.empty()) throw std::invalid_argument("lockstep::async::child: no program");
  need_a_kernel("child");
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  std::vector<internal::descriptor> theirs;
  child c;
  auto connect = [&](stream s, int number, pipe_end& ours) {
    if (s == stream::null) {
      ::posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0);
    } else if (s == stream::pipe) {
      int fds[2];
      if (::pipe2(fds, O_CLOEXEC) != 0) raise_error(errno, "pipe");
      internal::descriptor read(fds[0]);
      internal::descriptor write(fds[1]);
      ours = pipe_end(std::move(number == 0 ? write : read));
      theirs.push_back(std::move(number == 0 ? read : write));
      ::posix_spawn_file_actions_adddup2(&actions, theirs.back().fd(), number);
    }
  };
  // The child is to die of a broken pipe as everybody does.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  if (internal::here.current && internal::here.current->blocks_broken_pipe_signal()) {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    ::sigdelset(&mask, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes, &mask);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  }
  int error = 0;
  try {
    connect(how.input, STDIN_FILENO, c.input_);
    connect(how.output, STDOUT_FILENO, c.output_);
    connect(how.error, STDERR_FILENO, c.error_);
    error = ::posix_spawnp(&c.pid_, argv[0], &actions, &attributes, argv.data(), environ);
  } catch (...) {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    throw;
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    c.pid_ = -1;
    raise_error(error, "start " + arguments[0]);
  }
  int fd = static_cast<int>(::syscall(SYS_pidfd_open, c.pid_, 0));
  if (fd < 0) raise_error(errno, "pidfd_open");
  c.pidfd_ = internal::descriptor(fd);
  return c;
}

child::child(child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      error_(std::move(other.error_)) {}

child::~child() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void child::send_signal(int signal) {
  if (pid_ < 0) raise_error(ESRCH, "send a signal to a child that has ended");
  if (::kill(pid_, signal) != 0) raise_error(errno, "kill");
}

task<int> child::wait() {
  if (pid_ < 0) raise_error(ECHILD, "wait for a child that has ended");
  internal::void_op op(internal::io_kind::readable, pidfd_.fd());
  co_await op;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) raise_error(errno, "waitpid");
  }
  pid_ = -1;
  co_return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace lockstep::async
