#include "host/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "host/interrupt.h"
#include "host/user_error.h"

extern char** environ;

namespace lockstep::host {
namespace {

using Clock = std::chrono::steady_clock;
using protocol::Phase;

constexpr auto kWatchdog = std::chrono::seconds(10);           // without an event: it blocks or loops for real
constexpr auto kGraceAfterStop = std::chrono::seconds(2);      // from the request to stop to the kill
constexpr auto kGraceAfterEnd = std::chrono::seconds(5);       // from the runtime's last word to the process's end
constexpr auto kGraceAfterQuestion = std::chrono::seconds(1);  // to say where it stands, before the kill
constexpr int kWhereSignal = 6;                                // above SIGRTMIN: the runtime answers where it stands
constexpr int kPollMilliseconds = 100;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Everything that the new process needs, made before the fork: between fork and exec nothing may allocate.
struct Image {
  std::vector<std::string> strings;
  std::vector<char*> argv, envp;

  Image(const Target& target, int segment_fd) {
    std::string preload = target.runtime;
    for (char** e = environ; *e; ++e) {
      const std::string_view entry = *e;
      if (entry.starts_with("LD_PRELOAD=")) {
        const std::string_view old = entry.substr(11);
        if (!old.empty()) preload += (preload.empty() ? "" : ":") + std::string(old);
      } else if (!entry.starts_with(std::string(protocol::kSegmentVariable) + "=")) {
        strings.emplace_back(entry);
      }
    }
    if (!preload.empty()) strings.push_back("LD_PRELOAD=" + preload);
    strings.push_back(fmt::format("{}={}", protocol::kSegmentVariable, segment_fd));
    const std::size_t environment = strings.size();
    strings.insert(strings.end(), target.argv.begin(), target.argv.end());
    for (std::size_t i = 0; i < strings.size(); ++i) (i < environment ? envp : argv).push_back(strings[i].data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
  }
};

// The last steps before the program's own code; nothing here may allocate.
void make_ready(int segment_fd) {
  personality(static_cast<unsigned long>(personality(0xffffffff)) | ADDR_NO_RANDOMIZE);
  fcntl(segment_fd, F_SETFD, 0);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  dup2(null, 1);
  if (null > 2) close(null);
  struct sigaction plain = {};
  plain.sa_handler = SIG_DFL;
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaction(signal, &plain, nullptr);
}

pid_t start(const Target& target, int segment_fd, int error_fd) {
  Image image(target, segment_fd);
  int report[2];  // the child writes errno here if it cannot exec
  if (pipe2(report, O_CLOEXEC) != 0)
    throw UserError(fmt::format("cannot start {} ({})", target.file.path, std::strerror(errno)));
  const pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);  // Ctrl-C is for the checker, which passes it on
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    make_ready(segment_fd);
    dup2(error_fd, 2);
    execve(target.file.path.c_str(), image.argv.data(), image.envp.data());
    const int error = errno;
    [[maybe_unused]] const auto written = write(report[1], &error, sizeof error);
    _exit(127);
  }
  close(report[1]);
  int error = 0;
  const bool failed = pid > 0 && read(report[0], &error, sizeof error) == sizeof error;
  close(report[0]);
  if (pid < 0 || failed) {
    if (pid > 0) waitpid(pid, nullptr, 0);
    throw UserError(
        fmt::format("{}: cannot be started ({})", target.file.path, std::strerror(pid < 0 ? errno : error)));
  }
  return pid;
}

std::string tail_of(int fd) {
  constexpr off_t kTail = 4096;
  const off_t size = lseek(fd, 0, SEEK_END);
  std::string text(static_cast<std::size_t>(std::min(size, kTail)), '\0');
  const ssize_t n = pread(fd, text.data(), text.size(), std::max<off_t>(0, size - kTail));
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

// Asks the process that runs the program, or the fork in which it does, where it stands. The runtime answers in the
// segment and ends the process; without a runtime that listens the signal ends it.
void ask_where(pid_t pid, bool forking) {
  bool asked = false;
  if (forking) {
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (pid_t child = 0; children >> child; asked = true) kill(child, SIGRTMIN + kWhereSignal);
  }
  if (!asked) kill(pid, SIGRTMIN + kWhereSignal);
}

bool ended(Phase phase) { return phase == Phase::kDone || phase == Phase::kUnsupported || phase == Phase::kFailed; }

}  // namespace

ChildEnd run_child(const Target& target, SharedSegment& segment, double stop_after, const Watcher& watcher,
                   const std::atomic<bool>* stop_all) {
  ChildEnd end;
  const int error_fd = memfd_create("lockstep-stderr", MFD_CLOEXEC);
  const int interrupts_before = interrupts();
  const pid_t pid = start(target, segment.fd(), error_fd);
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));

  protocol::Status& status = segment->status;
  const auto heartbeat = [&] { return status.events.load() + status.executions.load() + status.blocked.load(); };
  std::uint64_t last_beat = heartbeat();
  const Clock::time_point started = Clock::now();
  Clock::time_point moved = started, asked_to_stop = {}, over = {}, asked_where = {};
  int wait_status = 0;
  bool killed = false;
  const auto kill_all = [&] {
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    killed = true;
  };
  for (;;) {
    pollfd waiting = {pidfd, POLLIN, 0};
    if (pidfd >= 0) {
      poll(&waiting, 1, kPollMilliseconds);
    } else {
      usleep(2000);
    }
    if (waitpid(pid, &wait_status, WNOHANG) == pid) break;
    if (killed) continue;
    const Clock::time_point now = Clock::now();
    if (watcher) watcher(status);
    if (const std::uint64_t beat = heartbeat(); beat != last_beat) {
      last_beat = beat;
      moved = now;
    }
    const int pressed = interrupts() - interrupts_before;
    if (pressed > 0) end.interrupted = true;
    if (stop_all && stop_all->load()) status.stop.store(true);
    if ((pressed > 0 || (stop_after > 0 && seconds_since(started) > stop_after)) && !status.stop.load()) {
      status.stop.store(true);
      asked_to_stop = now;
    }
    if (ended(status.phase.load())) {
      if (over == Clock::time_point{}) over = now;
      if (now - over > kGraceAfterEnd) kill_all();
    } else if (end.interrupted && (pressed > 1 || now - asked_to_stop > kGraceAfterStop)) {
      kill_all();
    } else if (end.hung) {
      if (now - asked_where > kGraceAfterQuestion) kill_all();
    } else if (now - moved > kWatchdog) {
      end.hung = true;
      asked_where = now;
      ask_where(pid, status.forking.load());
    }
  }
  kill(-pid, SIGKILL);  // forks that it left behind
  if (pidfd >= 0) close(pidfd);
  end.done = ended(status.phase.load());
  if (!killed && WIFSIGNALED(wait_status)) end.signal = WTERMSIG(wait_status);
  if (WIFEXITED(wait_status)) end.status = WEXITSTATUS(wait_status);
  end.error_output = tail_of(error_fd);
  close(error_fd);
  return end;
}

void become(const Target& target, int segment_fd) {
  Image image(target, segment_fd);
  make_ready(segment_fd);
  execve(target.file.path.c_str(), image.argv.data(), image.envp.data());
  throw UserError(fmt::format("{}: cannot be started ({})", target.file.path, std::strerror(errno)));
}

}  // namespace lockstep::host
