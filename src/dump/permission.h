// Why the kernel does not let lockstep look at a process, and what would make it.
//
// The checks are those of the kernel's ptrace_may_access and of the Yama module (Documentation/admin-guide/LSM/Yama.rst), in
// the order in which one hides the next. Thread safety: pure functions; gather_facts reads /proc.
#pragma once

#include <string>

namespace lockstep::dump {

/// What the reasons are told apart by.
struct TraceFacts {
  int error = 0;   // of ptrace
  int tracer = 0;  // who traces it already
  std::string tracer_name;
  bool kernel_thread = false;
  bool capable = false;             // lockstep has CAP_SYS_PTRACE
  bool bounded = false;             // and cannot get it, as root neither: a container
  bool filtered = false;            // system calls of lockstep go through a seccomp filter
  unsigned own_user = 0, user = 0;  // of lockstep and of the process
  bool dumpable = true;             // false: the process's files in /proc are root's though it is not
  char scope = 0;                   // kernel.yama.ptrace_scope, 0 where there is no Yama
};

TraceFacts gather_facts(int pid, int error);

/// "kernel.yama.ptrace_scope is 1, …; …": the cause, and behind it what to do.
std::string why_not_permitted(const TraceFacts& facts);

}  // namespace lockstep::dump
