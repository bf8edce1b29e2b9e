#include "dump/permission.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "dump/proc.h"

namespace lockstep::dump {
namespace {

bool has_capability(const std::string& status, const std::string& set) {
  constexpr int kSysPtrace = 19;
  return (std::strtoull(status_field(status, set).c_str(), nullptr, 16) >> kSysPtrace & 1) != 0;
}

// How to become somebody who may.
std::string as_root(const TraceFacts& f) {
  if (f.bounded) {
    return "not even root has CAP_SYS_PTRACE here: start the container with --cap-add SYS_PTRACE, or run lockstep on "
           "the "
           "host, which sees the container's processes by other ids";
  }
  if (f.own_user == 0) return "give lockstep CAP_SYS_PTRACE (in a container --cap-add SYS_PTRACE)";
  return "run as root, or give lockstep CAP_SYS_PTRACE (sudo setcap cap_sys_ptrace+ep on its file)";
}

}  // namespace

TraceFacts gather_facts(int pid, int error) {
  const std::string status = read_file(fmt::format("/proc/{}/status", pid));
  const std::string own = read_file("/proc/self/status");
  TraceFacts f;
  f.error = error;
  f.tracer = std::atoi(status_field(status, "TracerPid").c_str());
  if (f.tracer != 0) f.tracer_name = status_field(read_file(fmt::format("/proc/{}/status", f.tracer)), "Name");
  f.kernel_thread =
      !status.empty() && status_field(status, "VmSize").empty() && read_link(fmt::format("/proc/{}/exe", pid)).empty();
  f.capable = has_capability(own, "CapEff");
  f.bounded = !has_capability(own, "CapBnd");
  f.filtered = status_field(own, "Seccomp") == "2";
  f.own_user = geteuid();
  f.user = static_cast<unsigned>(std::strtoul(status_field(status, "Uid").c_str(), nullptr, 10));
  struct stat files;
  // The kernel gives the files of a process that is not dumpable to root.
  f.dumpable = stat(fmt::format("/proc/{}/mem", pid).c_str(), &files) != 0 || files.st_uid == f.user;
  const std::string scope = read_file("/proc/sys/kernel/yama/ptrace_scope");
  if (!scope.empty()) f.scope = scope[0];
  return f;
}

std::string why_not_permitted(const TraceFacts& f) {
  if (f.tracer != 0) {
    return fmt::format("process {} ({}) traces it already, and there can be one tracer only; end that one first",
                       f.tracer, f.tracer_name);
  }
  if (f.kernel_thread) return "it is a thread of the kernel, which has no stack here";
  if (f.scope == '3') {
    return "kernel.yama.ptrace_scope is 3, which forbids ptrace to everybody until the next boot; boot with another "
           "setting, "
           "or look at a core file: lockstep dump CORE";
  }
  if (f.capable) {
    return fmt::format(
        "the kernel refuses ptrace ({}) though CAP_SYS_PTRACE is there: a security module{}, or a user namespace that "
        "is not "
        "this one's child; run lockstep as root of the host",
        std::strerror(f.error), f.filtered ? ", the seccomp filter that lockstep runs under" : "");
  }
  if (f.own_user != f.user) {
    return fmt::format("it belongs to user {} and lockstep runs as {}; {}{}", f.user, f.own_user,
                       f.own_user == 0 ? "" : "run as that user, or ", as_root(f));
  }
  if (f.scope == '2')
    return "kernel.yama.ptrace_scope is 2: only CAP_SYS_PTRACE lets a process look at another; " + as_root(f);
  if (!f.dumpable) {
    return "it is not dumpable (it has changed its user, has capabilities, its file cannot be read, or it called "
           "prctl(PR_SET_DUMPABLE, 0)), and CAP_SYS_PTRACE is missing; " +
           as_root(f);
  }
  if (f.scope == '1') {
    return "kernel.yama.ptrace_scope is 1: a process may look at its descendants only, unless it has CAP_SYS_PTRACE; "
           "allow it "
           "to all of your processes (sudo sysctl kernel.yama.ptrace_scope=0), or " +
           as_root(f);
  }
  return fmt::format(
      "the kernel refuses ptrace ({}) and CAP_SYS_PTRACE is missing: the process has more capabilities than lockstep, "
      "or is "
      "not dumpable{}; {}",
      std::strerror(f.error), f.filtered ? ", or the seccomp filter that lockstep runs under forbids it" : "",
      as_root(f));
}

}  // namespace lockstep::dump
