// Who waits for whom in the calling process: what `lockstep dump` prints, from inside.
//
//     #include <lockstep/dump.h>
//
//     int main() {
//       lockstep::dump_on_signal(SIGQUIT);   // kill -QUIT writes a dump to standard error, as a JVM does
//       server.get("/debug/threads", [] { return lockstep::dump().text; });
//
// A process that hangs cannot well look at itself, so the tool does it: it is started, is allowed to look, stops the
// process for milliseconds and writes the dump. The tool is `lockstep` on PATH, or what LOCKSTEP_TOOL names.
// In a process that may change PATH, name it in the call.
//
// `dump_on_signal` sets up everything beforehand; its handler calls nothing but the kernel, so it works while every
// lock of the process, the heap's too, is held. It leaves no child behind that the program could wait for by mistake,
// and no SIGCHLD comes. The thread that `dump` is called on shows as one that reads a pipe: it is alive, so of others
// that nobody else could wake the dump cannot say that they are stuck. A cycle of locks is one whoever asks.
//
// The permission: where kernel.yama.ptrace_scope is 1, the process grants it for the tool (PR_SET_PTRACER) until the
// end of the dump or the next one. A sandbox that forbids ptrace forbids this, too; the text then says so.
//
// Thread safety: all functions may be called from any thread. Header only; C++17, Linux.
#ifndef LOCKSTEP_DUMP_H
#define LOCKSTEP_DUMP_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace lockstep {

enum class dump_format { text, json };

struct dump_result {
  int status = -1;   // the tool's exit status: 0 nothing is stuck, 1 a deadlock; others: no dump; -1: it did not run
  std::string text;  // the dump, or why there is none
};

namespace dump_detail {

/// The path of the tool, empty if it is nowhere.
inline std::string find_tool(const std::string& tool) {
  const char* named = getenv("LOCKSTEP_TOOL");
  const std::string wanted = !tool.empty() ? tool : named && *named ? named : "lockstep";
  if (wanted.find('/') != std::string::npos) return wanted;
  const char* path = getenv("PATH");
  std::string rest = path ? path : "";
  while (!rest.empty()) {
    const std::string::size_type end = rest.find(':');
    const std::string file = rest.substr(0, end) + "/" + wanted;
    if (access(file.c_str(), X_OK) == 0) return file;
    if (end == std::string::npos) break;
    rest.erase(0, end + 1);
  }
  return {};
}

/// What the tool is started with; made beforehand, used where nothing may be allocated.
struct command {
  char tool[1024];
  char pid[16];
  bool json;
};

/// Starts the tool with `out` as its standard output and error, and returns its id. Calls nothing but the kernel: the
/// child is made by clone without an exit signal, and waits until it has been allowed to look.
inline pid_t start(const command& c, int out) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) != 0) return -1;
  const long child = syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) {
    char go;
    syscall(SYS_close, gate[1]);
    syscall(SYS_read, gate[0], &go, 1);
    syscall(SYS_dup2, out, 1);
    syscall(SYS_dup2, out, 2);
    const char* text[] = {c.tool, "dump", c.pid, nullptr};
    const char* json[] = {c.tool, "dump", "--json", "-", c.pid, nullptr};
    syscall(SYS_execve, c.tool, c.json ? json : text, environ);
    syscall(SYS_exit_group, 127);
  }
  syscall(SYS_close, gate[0]);
  if (child > 0) prctl(PR_SET_PTRACER, child, 0, 0, 0);
  syscall(SYS_close, gate[1]);
  return static_cast<pid_t>(child);
}

inline command make_command(const std::string& tool, dump_format format) {
  command c{};
  const std::string file = find_tool(tool);
  if (file.size() < sizeof c.tool) file.copy(c.tool, file.size());
  snprintf(c.pid, sizeof c.pid, "%d", static_cast<int>(getpid()));
  c.json = format == dump_format::json;
  return c;
}

struct handler_state {
  command what{};
  int fd = -1;
};
inline handler_state& state() {
  static handler_state s;
  return s;
}

inline void on_signal(int) {
  const int saved = errno;
  // The tool outlives the handler, which must return before the stop: a process in between belongs to nobody.
  const long middle = syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr);
  if (middle == 0) {
    command c = state().what;
    const long grandchild = syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr);
    if (grandchild == 0) {
      syscall(SYS_dup2, state().fd, 1);
      syscall(SYS_dup2, state().fd, 2);
      const char* text[] = {c.tool, "dump", c.pid, nullptr};
      const char* json[] = {c.tool, "dump", "--json", "-", c.pid, nullptr};
      syscall(SYS_execve, c.tool, c.json ? json : text, environ);
      syscall(SYS_exit_group, 127);
    }
    syscall(SYS_exit_group, 0);
  }
  int status;
  if (middle > 0) syscall(SYS_wait4, middle, &status, __WALL, nullptr);
  errno = saved;
}

}  // namespace dump_detail

/// The dump of this process. Waits for the tool, which takes some hundredths of a second.
inline dump_result dump(dump_format format = dump_format::text, const std::string& tool = {}) {
  dump_result result;
  const dump_detail::command c = dump_detail::make_command(tool, format);
  if (c.tool[0] == '\0') {
    result.text = "lockstep is not on PATH; install it, or name it in LOCKSTEP_TOOL";
    return result;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    result.text = strerror(errno);
    return result;
  }
  const pid_t child = dump_detail::start(c, ends[1]);
  close(ends[1]);
  char buffer[4096];
  for (ssize_t n; child > 0 && ((n = read(ends[0], buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR));) {
    if (n > 0) result.text.append(buffer, static_cast<std::string::size_type>(n));
  }
  close(ends[0]);
  int status = 0;
  while (child > 0 && waitpid(child, &status, __WALL) < 0 && errno == EINTR) {
  }
  if (child > 0 && WIFEXITED(status)) result.status = WEXITSTATUS(status);
  if (result.status == 127 && result.text.empty()) {
    result.status = -1;
    result.text = std::string(c.tool) + " cannot be started; install lockstep, or name it in LOCKSTEP_TOOL";
  }
  return result;
}

/// From now on the signal writes a dump to `fd`. False, with errno, where that cannot be set up (ENOENT: no tool).
/// Where kernel.yama.ptrace_scope is 1, any process of the user may look at this one from now on.
inline bool dump_on_signal(int signal, int fd = STDERR_FILENO, dump_format format = dump_format::text,
                           const std::string& tool = {}) {
  dump_detail::handler_state& s = dump_detail::state();
  s.what = dump_detail::make_command(tool, format);
  s.fd = fd;
  if (s.what.tool[0] == '\0') {
    errno = ENOENT;
    return false;
  }
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  struct sigaction action = {};
  action.sa_handler = dump_detail::on_signal;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  return sigaction(signal, &action, nullptr) == 0;
}

}  // namespace lockstep

#endif
